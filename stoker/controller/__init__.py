"""The controller: GatewaySyncs to commits, commits to the agents' metadata, the agents' reports to status.

Ordered steps over one resource at a time; each failure becomes part of the outcome, and one pure function turns the outcome
into conditions and the next delay. It knows no HTTP and no files.
"""
