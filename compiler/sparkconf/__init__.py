"""Spark's own settings, by name and line, as `tools/spark_settings.py` finds them in Spark."""
