"""Tables of the session's catalogs, by their names, whatever their format."""
