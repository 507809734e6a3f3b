"""Tests as functions for pytest."""
