"""Text, JSON and CSV as formats of records."""
