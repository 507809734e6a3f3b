"""Brokers: which topics they have."""
