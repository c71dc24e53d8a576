"""The image, built from the Dockerfile and run as a cluster would: any uid, a read-only root, no capability."""
