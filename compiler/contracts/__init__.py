"""What pipelines of a project promise each other: sources that read what sinks write."""
