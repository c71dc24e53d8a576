"""Admission: as data, as HTTP, and by a real API server that calls the webhook."""
