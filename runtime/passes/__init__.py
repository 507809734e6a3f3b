"""Streams that write several sinks in one pass: the rows of a source and its dead letters."""
