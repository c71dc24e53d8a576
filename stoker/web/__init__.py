"""HTTP serving as a service of a nursery, and the probes' and metrics' HTTP. It knows no application."""
