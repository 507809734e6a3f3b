"""Brokers: which topics they have, and which settings their clients."""
