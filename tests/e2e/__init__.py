"""The whole of it, as users have it: the image, the chart, a real node, a gateway's StatefulSet, a push.

``make e2e`` runs it from nothing.
"""
