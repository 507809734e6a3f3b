"""Tests written from real rows: which rows, masked how, and what comes of them."""
