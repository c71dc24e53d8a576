"""``stoker manager``: the composition of controller, receiver and what serves them over a real API server."""
