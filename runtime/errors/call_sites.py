"""PySpark's notes of the line that each expression was made at, and how to go without them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyspark.errors.utils as notes

_SWITCH = "_enable_debugging_cache"


@contextmanager
def without_call_sites() -> Iterator[None]:
    """Let PySpark note no lines: those of the runtime say nothing to whoever reads an error.

    Each note costs eight calls of the JVM, half of the time that an expression takes to be made.
    Before Spark 4.1 they cannot be switched off. Other threads go without them meanwhile, too.
    """
    if not hasattr(notes, _SWITCH):
        yield
        return
    before = getattr(notes, _SWITCH)
    setattr(notes, _SWITCH, False)
    try:
        yield
    finally:
        setattr(notes, _SWITCH, before)
