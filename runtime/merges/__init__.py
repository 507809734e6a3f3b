"""Merges that need to know more than the rows of a table: rows that lack columns, and snapshots."""
