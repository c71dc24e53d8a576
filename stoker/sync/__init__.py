"""The sync engine: a tree to read from, a plan and a data directory in; one whole commit live, or none of it.

It knows neither Kubernetes nor git nor the gateway. What may never be touched, which files carry a stamp of their own
and which names are written last are inputs (`protection.Protection`). `engine.Engine` is the room's door;
docs/journal.md describes what it keeps on disk and how it recovers.
"""
