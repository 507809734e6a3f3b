"""What a table is, of whichever engine: columns, layout, size and commits."""
