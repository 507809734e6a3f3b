"""Streams: started, watched, started again and stopped."""
