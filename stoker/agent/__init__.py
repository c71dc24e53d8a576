"""The agent beside one gateway: watches what is wanted, syncs it, asks the gateway to scan, reports.

Where it runs, with which credentials and which object store, is told by ``setup.AgentSetup``.
"""
