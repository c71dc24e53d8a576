"""What people and probes see: logs, metrics, masking of secrets, liveness and readiness. It serves no HTTP itself."""
