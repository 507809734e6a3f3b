"""Functions of columns by which a table is partitioned: whether the column is of a type for it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink, collect_outputs
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.datatypes import UNKNOWN, DataType

_PREAMBLE = """\
connection lake: iceberg {
  catalog   = hadoop
  warehouse = "lake"
}
"""
_SINK = """\
sink paid to iceberg {
  connection   = lake
  table        = "sales.paid"
  mode         = append
  partition_by = "TERM"
}
"""

UNFIT_TRANSFORM = Code(
    "SSBT0586",
    "A function of a column by which a table cannot be partitioned",
    """\
Iceberg partitions by functions of columns of certain types, and the job stops where it creates the
table with another one:

| function | column |
|---|---|
| none | a single value, not ARRAY, MAP, STRUCT or VARIANT |
| `years`, `months`, `days` | DATE, TIMESTAMP, TIMESTAMP_NTZ |
| `hours` | TIMESTAMP, TIMESTAMP_NTZ |
| `bucket` | whole numbers, DECIMAL, DATE, TIMESTAMP, TIMESTAMP_NTZ, STRING, BINARY |
| `truncate` | whole numbers, DECIMAL, STRING, BINARY |

A column has one of `years`, `months`, `days` and `hours`: the finer one finds the days of a month,
too.
""",
    wrong=example(preamble=_PREAMBLE, sink=_SINK.replace("TERM", "days(amount)")),
    right=example(preamble=_PREAMBLE, sink=_SINK.replace("TERM", "days(placed_on)")),
)

_WHOLE = ("TINYINT", "SMALLINT", "INT", "BIGINT")
_TIMES = ("TIMESTAMP", "TIMESTAMP_NTZ")
_TYPES = {
    **dict.fromkeys(("years", "months", "days"), ("DATE", *_TIMES)),
    "hours": _TIMES,
    "bucket": (*_WHOLE, "DECIMAL", "DATE", *_TIMES, "STRING", "VARCHAR", "CHAR", "BINARY"),
    "truncate": (*_WHOLE, "DECIMAL", "STRING", "VARCHAR", "CHAR", "BINARY"),
}
_NESTED = ("ARRAY", "MAP", "STRUCT", "VARIANT")
_OF_TIME = ("years", "months", "days", "hours")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each column of a type that does not fit."""
    outputs = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        setting, relation = sink.settings.find("partition_by"), outputs.get(sink.dataset)
        if setting is not None and setting.option.transforms and relation is not None:
            yield from _check_terms(sink, setting.columns, relation)


def _check_terms(
    sink: Sink, terms: tuple[ColumnName, ...], relation: Relation
) -> Iterator[Diagnostic]:
    by_time: dict[str, ColumnName] = {}
    for term in terms:
        for column in relation.find_columns(term.name)[:1]:
            if column.type != UNKNOWN and not _fits(column.type, term.transform):
                text = f"by `{term.transform}` of it" if term.transform else "by its values"
                message = f"`{term.name}` is {column.type.sql}, and no table is partitioned {text}"
                wanted = ", ".join(_TYPES.get(term.transform, ("a single value of it",)))
                help_ = (f"partition by another column, or cast it in a step: {wanted}",)
                yield Diagnostic(UNFIT_TRANSFORM, message, Label(term.span), (), help_)
        if term.transform in _OF_TIME:
            first = by_time.setdefault(term.name.casefold(), term)
            if first is not term:
                message = f"`{first.sql}` and `{term.sql}` are of the same column"
                also = (Label(first.span, "here already"),)
                help_ = ("keep the finer one: it finds the rows of the coarser one, too",)
                yield Diagnostic(UNFIT_TRANSFORM, message, Label(term.span), also, help_)


def _fits(type_: DataType, transform: str) -> bool:
    name = type_.sql.partition("(")[0].partition("<")[0].partition(" ")[0]
    if not transform:
        return name not in _NESTED
    return name in _TYPES[transform]
