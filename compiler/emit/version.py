"""The compiler's version, as scripts and manifests state it."""

from __future__ import annotations

# A constant: importlib.metadata takes 35 ms to tell it. A test compares it with pyproject.toml.
VERSION = "0.1.0"
