"""The steps of a pass, one file a step, in the order in which ``reconcile`` calls them."""
