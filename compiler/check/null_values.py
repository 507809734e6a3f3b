"""Nulls that a sink writes as records without a value, which delete their keys."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import FormatUse
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.column_expressions import find_expression
from ssbt.compiler.ir.nulls import NullAnalysis
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import value_columns
from ssbt.compiler.ir.terms import NAME, Term

_SINK = """\
sink paid to kafka {
  bootstrap_servers = "localhost:9092"
  topic             = "states"
  key               = string
  key_columns       = id
  value             = string
  value_columns     = status
}
"""

NULL_VALUE = Code(
    "SSBT0543",
    "A null that deletes its key",
    """\
A format of one value, such as `string`, writes a null as a record without a value: a tombstone. A
compacted topic then forgets the key and everything it knew about it. Leave out rows without a
value, or give them one with `coalesce`. If you want them to delete, say so: make a column, as in
`status is null as gone`, and name it as `tombstone_column`. A record's own value, which a source
reads with `value = string`, may go to a topic again unchanged.
""",
    wrong=example(steps="|> select id, status", sink=_SINK),
    right=example(steps="|> where status is not null\n|> select id, status", sink=_SINK),
    severity=Severity.WARNING,
)

# Texts of structs, which are null for a null struct alone.
_TEXTS_OF_STRUCTS = ("to_json", "to_csv", "to_xml")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each sink with keys whose one value may be null."""
    roots, nulls = plans(pipeline), NullAnalysis(_source_may_be_null)
    for sink in pipeline.sinks:
        root, value = roots.get(sink.dataset), sink.settings.at(OptionPlacement.VALUE)
        has_key = sink.settings.format_at(OptionPlacement.RECORD_KEY) is not None
        if root is None or root.output.is_open or value is None or not has_key:
            continue
        columns = value_columns(sink.settings, root.output)
        if not isinstance(value.value, FormatUse) or not value.value.format.accepted_types:
            continue
        setting = sink.settings.at(OptionPlacement.VALUE_COLUMNS) or value
        takes = value.value.format.accepted_types
        fits = len(columns) == 1 and columns[0].type.sql.partition("(")[0] in takes
        if fits and setting.span is not None:
            name = columns[0].name
            if _may_be_null(root, name.casefold(), nulls) and not _is_intended(sink, root, name):
                message = (
                    f"where `{name}` is null, the record has no value, which deletes its key in a"
                    " compacted topic"
                )
                help_ = (
                    f"leave such rows out: `|> where {name} is not null`",
                    f"if they are to delete: `|> extend {name} is null as gone`, and"
                    " `tombstone_column = gone`",
                )
                yield Diagnostic(NULL_VALUE, message, Label(setting.span), (), help_)


def _may_be_null(root: Operator, name: str, nulls: NullAnalysis) -> bool:
    answer = nulls.may_be_null(root, name)
    if answer is None:
        expression = find_expression(root, name)
        term = expression.term if expression is not None else None
        if term is not None and getattr(term.value, "name", "") in _TEXTS_OF_STRUCTS:
            return term.operands[0].nullable
    return answer is not False


def _is_intended(sink: Sink, root: Operator, name: str) -> bool:
    """Whether `tombstone_column` is true wherever the value is null."""
    setting = sink.settings.find("tombstone_column")
    for column in setting.columns if setting is not None else ():
        expression = find_expression(root, column.name.casefold())
        if (
            expression is not None
            and expression.term is not None
            and _is_null_test(expression.term, name.casefold())
        ):
            return True
    return False


def _is_null_test(term: Term, name: str) -> bool:
    if term.operator == "or":
        return any(_is_null_test(each, name) for each in term.operands)
    if term.operator != "is null" or term.operands[0].operator != NAME:
        return False
    parts = term.operands[0].value
    return isinstance(parts, tuple) and str(parts[-1]).casefold() == name


def _source_may_be_null(source: Source, name: str) -> bool:
    """The one value of a record is null in a tombstone alone, which goes on as it came."""
    decoding = source.records.value.format.decoding if source.records is not None else None
    return decoding is None or decoding.needs_schema or name != "value"
