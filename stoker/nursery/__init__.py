"""Trio carpentry that knows nothing of the domain: supervision, backoff, shutdown, a mailbox, keyed workers."""
