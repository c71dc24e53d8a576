"""The Ignition gateway as Stoker meets it: its HTTP API and what of its data directory belongs to it.

Facts are of Ignition 8.3; where sources conflict the strict reading is taken. It knows nothing of syncing.
"""
