"""Streams that are planned anew, or go on as they are planned, without having failed."""
