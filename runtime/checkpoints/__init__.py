"""Checkpoints: whose they are, whether they fit, and whether they are whole."""
