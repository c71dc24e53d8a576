"""The push receiver: who may speak, what was said, and which resources it nudges.

It never talks to the controller: both meet in the object store, in annotations.
"""
