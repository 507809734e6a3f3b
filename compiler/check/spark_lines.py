"""What Spark lines do differently with streams: the line from which on something is legal."""

from __future__ import annotations

UPDATE_MODE_JOINS = {"inner": "4.3", "semi": "4.3"}
"""Kinds of joins of two streams that may be written in update mode."""
