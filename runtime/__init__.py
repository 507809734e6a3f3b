"""What every generated script imports; standard library and pyspark only."""

from ssbt.runtime.catalogs.changes import read_changes
from ssbt.runtime.catalogs.conditions import refuse_other_rows
from ssbt.runtime.catalogs.opening import open_catalog
from ssbt.runtime.creation.creating import create_table
from ssbt.runtime.entry import main
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.files.narrowing import narrow_columns, widen_schema
from ssbt.runtime.fitting.columns import fit_columns
from ssbt.runtime.job import Job
from ssbt.runtime.merges.partial_updates import merge_values
from ssbt.runtime.merges.snapshots import merge_snapshot
from ssbt.runtime.named_tables.streaming import table_folder, table_output, table_writer
from ssbt.runtime.named_tables.writing import insert_rows
from ssbt.runtime.passes.one_pass import one_pass
from ssbt.runtime.passes.outputs import (
    FileOutput,
    FunctionOutput,
    Output,
    SnapshotOutput,
    TableOutput,
    WriterOutput,
)
from ssbt.runtime.providers.secrets import Secret, SecretError
from ssbt.runtime.records.decoding import Decoding, dead_letters, decoded, decoded_rows
from ssbt.runtime.records.identity import event_id
from ssbt.runtime.records.kafka import kafka_options
from ssbt.runtime.schemas import SchemaMismatchError, checked
from ssbt.runtime.settings.constraints import Check
from ssbt.runtime.streams.streaming import Stream, run_streams
from ssbt.runtime.tables.histories import keep_history
from ssbt.runtime.tables.merging import each_batch, merge_rows
from ssbt.runtime.timelines.fitting import fit_hudi_table
from ssbt.runtime.values.defaults import with_defaults
from ssbt.runtime.values.instants import epoch_milliseconds
from ssbt.runtime.values.intervals import Months
from ssbt.runtime.values.literals import literal

__all__ = ["Check", "Decoding", "Job", "Months", "SchemaMismatchError", "Secret", "SecretError"]
__all__ += ["Stream", "checked", "dead_letters", "decoded", "event_id", "kafka_options", "literal"]
__all__ += ["FileOutput", "FunctionOutput", "Output", "WriterOutput", "decoded_rows", "one_pass"]
__all__ += ["epoch_milliseconds", "main", "narrow_columns", "run_streams", "widen_schema"]
__all__ += ["TableOutput", "create_table", "each_batch", "fit_columns", "keep_history"]
__all__ += ["fit_hudi_table", "merge_snapshot", "merge_values", "retry_conflicts"]
__all__ += ["SnapshotOutput", "merge_rows", "open_catalog", "read_changes", "refuse_other_rows"]
__all__ += ["insert_rows", "table_folder", "table_output", "table_writer", "with_defaults"]
