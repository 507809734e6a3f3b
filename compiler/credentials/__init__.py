"""Which settings hold credentials, and which texts have one in them."""
