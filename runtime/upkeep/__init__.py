"""Keeping tables in order: small files, and files that no reader needs any more."""
