"""All git: a ref to a commit without a clone, one commit into a bare store, a commit as a readable tree.

It knows neither gateways nor plans; ``tree.CommitTree`` fits the engine's port by shape, not by import.
"""
