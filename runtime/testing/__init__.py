"""Runs the tests of pipelines on the functions of their scripts."""
