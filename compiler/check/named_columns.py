"""Columns that options of a sink name, and the types that they must have."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.connectors.specification import OptionPlacement, ValueKind
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.datatypes import UNKNOWN

_SINK = """\
sink paid to kafka {
  bootstrap_servers = "localhost:9092"
  topic             = "paid"
  key               = string
  key_columns       = id
  value             = json
  tombstone_column  = COLUMN
}
"""

OTHER_TYPE = Code(
    "SSBT0551",
    "A column whose type does not fit the option",
    """\
Some options of a sink name a column that says something about each row: `topic_column` is a STRING,
`partition_column` a whole number, `tombstone_column` a BOOLEAN. With another type, Spark would
refuse the column when the job runs, or convert it to something nobody wants.
""",
    wrong=example(sink=_SINK.replace("COLUMN", "status")),
    right=example(
        steps="|> select id, amount, status = 'GONE' as gone", sink=_SINK.replace("COLUMN", "gone")
    ),
)


_PLACES = (OptionPlacement.TEMPLATE, OptionPlacement.PARTITION_BY)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each column of another type."""
    outputs = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        for setting in sink.settings.settings:
            option = setting.option
            if option.place in _PLACES and option.type.kind is ValueKind.COLUMN:
                yield from _check_setting(setting, outputs[sink.dataset])


def _check_setting(setting: Setting, relation: Relation) -> Iterator[Diagnostic]:
    accepted_types = setting.option.column_types
    for name in setting.columns:
        for column in relation.find_columns(name.name):
            if (
                accepted_types
                and column.type != UNKNOWN
                and column.type.sql.partition("(")[0] not in accepted_types
            ):
                message = (
                    f"`{setting.option.name}` takes {' or '.join(accepted_types)},"
                    f" and `{column.name}` is {column.type.sql}"
                )
                help_ = (f"cast it, or name another: `set {column.name} = …`",)
                yield Diagnostic(OTHER_TYPE, message, Label(name.span), (), help_)
