"""The whole of it, as users have it: the image, the chart, a real node, gateways, pushes, and what goes wrong in a plant.

``make e2e`` runs it from nothing.
"""
