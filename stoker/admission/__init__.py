"""Admission: a pod that asks for an agent gets one on its way into the cluster.

Owns the answer to an AdmissionReview: who gets an agent, what the container looks like, the patch that puts it in. Pure, but for
the look at the namespace's GatewaySyncs (``resources``) and the HTTP (``app``). It never writes anything anywhere.
"""
