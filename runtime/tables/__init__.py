"""Tables that keep versions: their columns, and what batches of streams write into them."""
