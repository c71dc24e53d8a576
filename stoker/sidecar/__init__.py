"""One agent in a pod, beside its gateway: what its environment says, its secrets, and the process that it is.

Owns the composition and nothing of what an agent does. Whoever makes the pod (the webhook) and this room meet in the names of
the variables (``environment``).
"""
