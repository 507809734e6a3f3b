"""Tables of Hudi, whose timeline says which files are in them."""
