"""Snapshots of tables of Iceberg: which streams need, which may go, and the files with them."""
