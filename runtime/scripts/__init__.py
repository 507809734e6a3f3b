"""A generated script from within: its functions, at whatever time it is to be."""
