"""Everything at once, and what may happen to it: two managers, agents and gateways as real processes on a real API server.

``world`` sets it up, ``troubles`` are the faults, the tests strike with them by seed and judge what became of requests.
"""
