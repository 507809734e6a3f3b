"""What every generated script imports; standard library and pyspark only."""

from ssbt.runtime.constraints import Check
from ssbt.runtime.entry import main
from ssbt.runtime.job import Job
from ssbt.runtime.kafka import kafka_options
from ssbt.runtime.literals import literal
from ssbt.runtime.records import Decoding, dead_letters, decoded
from ssbt.runtime.schemas import SchemaMismatchError, checked
from ssbt.runtime.secrets import Secret, SecretError
from ssbt.runtime.streaming import Stream, run_streams

__all__ = ["Check", "Decoding", "Job", "SchemaMismatchError", "Secret", "SecretError"]
__all__ += ["Stream", "checked", "dead_letters", "decoded", "kafka_options", "literal"]
__all__ += ["main", "run_streams"]
