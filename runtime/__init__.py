"""What every generated script imports; standard library and pyspark only."""

from ssbt.runtime.entry import main
from ssbt.runtime.job import Job
from ssbt.runtime.literals import literal
from ssbt.runtime.records import Decoding, dead_letters, decoded
from ssbt.runtime.schemas import SchemaMismatchError, checked
from ssbt.runtime.streaming import Stream, run_streams

__all__ = [
    "Decoding",
    "Job",
    "SchemaMismatchError",
    "Stream",
    "checked",
    "dead_letters",
    "decoded",
    "literal",
    "main",
    "run_streams",
]
