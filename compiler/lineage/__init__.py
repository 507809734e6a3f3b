"""Where the columns of a pipeline come from, for people and for other tools."""
