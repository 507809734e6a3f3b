"""What streams tell of their batches: rows, malformed records, how far behind they are."""
