"""Tables that are created before they are written."""
