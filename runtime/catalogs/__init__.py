"""Tables in catalogs that the script makes known to the session."""
