"""The documentation of a project, as one page."""
