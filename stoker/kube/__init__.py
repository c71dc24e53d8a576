"""The object store: a port (``cluster``), its adapters, and what is built on the port alone (informer, event recorder).

It must not know what is reconciled, nor who reconciles.
"""
