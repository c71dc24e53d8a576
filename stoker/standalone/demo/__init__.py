"""``stoker demo``: the main job before your eyes, each step checked against git and against what the gateway saw.

The demo starts the same commands a user would, as processes, and looks at them from outside: their log, their HTTP, the
files. It imports none of the rooms that it shows.
"""
