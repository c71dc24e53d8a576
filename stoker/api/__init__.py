"""The API ``stoker.io/v1alpha1`` as types: names, spec, status, conditions, hand-over documents and the CRD made from them.

It knows nothing of how objects are stored, watched or synced; everything here is pure.
"""
