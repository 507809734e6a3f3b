"""Streams that are planned again, or go on as they are planned, without having failed."""
