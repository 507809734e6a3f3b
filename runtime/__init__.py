"""What every generated script imports: `Job`, `literal`, `checked` and `main`.

Standard library and pyspark only; never the compiler.
"""

from ssbt.runtime.entry import main
from ssbt.runtime.job import Job
from ssbt.runtime.literals import literal
from ssbt.runtime.schemas import SchemaMismatchError, checked

__all__ = ["Job", "SchemaMismatchError", "checked", "literal", "main"]
