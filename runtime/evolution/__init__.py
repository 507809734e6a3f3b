"""Schemas that have changed between who wrote and who reads."""
