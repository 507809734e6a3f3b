"""The abstract syntax tree: what a file says, each part with its exact place."""
