"""Constant expressions evaluated as Spark evaluates them, one operation at a time.

Pure: values in, a value out. Each operation gives an `Outcome`: the `Value`, a `Failure` where
Spark raises, or None where this package does not know. It never guesses: a caller may rely on both
of the first two.
"""
