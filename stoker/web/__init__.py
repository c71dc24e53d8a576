"""HTTP serving as a service of a nursery: hypercorn for applications, pages for probes and metrics. It knows no application."""
