"""A simulated Ignition 8.3 gateway: an opponent for tests and the demo, written from what real gateways do.

It knows nothing of how Stoker works and imports nothing of it that talks to gateways.
"""
