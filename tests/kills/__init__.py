"""The real command line against served sandboxes, and real signals: killed, stopped, cut off from what it needs."""
