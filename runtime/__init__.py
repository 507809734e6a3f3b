"""What every generated script imports; standard library and pyspark only."""

from ssbt.runtime.entry import main
from ssbt.runtime.job import Job
from ssbt.runtime.literals import literal
from ssbt.runtime.schemas import SchemaMismatchError, checked

__all__ = ["Job", "SchemaMismatchError", "checked", "literal", "main"]
