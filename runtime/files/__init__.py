"""Files that a script reads: whether there are any, and whether their values fit their types."""
