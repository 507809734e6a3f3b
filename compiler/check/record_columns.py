"""The columns that a sink writes into the key and the value of records."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.column_words import is_rejected
from ssbt.compiler.connectors.settings import FormatUse, Setting
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.diagnostics.codes.records import WRONG_COLUMNS
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.datatypes import UNKNOWN


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for the value and for the key of each sink that has formats."""
    outputs = {
        each.name: each.output if isinstance(each, Source) else each.query.output
        for each in pipeline.datasets
    }
    for sink in pipeline.sinks:
        yield from _sink(sink, outputs[sink.dataset])


def _sink(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    parts = (
        (Place.VALUE, Place.VALUE_COLUMNS, value_columns),
        (Place.RECORD_KEY, Place.RECORD_KEY_COLUMNS, key_columns),
    )
    for place, named_at, found in parts:
        setting, named = sink.settings.at(place), sink.settings.columns_at(named_at)
        columns = found(sink.settings, relation)
        # A column that is named and not there is told by another rule.
        if setting is not None and not relation.is_open and not len(columns) < len(named):
            yield from _part(setting, columns)


def _part(setting: Setting, columns: tuple[Column, ...]) -> Iterator[Diagnostic]:
    use, name = setting.value, setting.option.name
    assert isinstance(use, FormatUse)
    assert setting.span is not None
    if use.format.takes and len(columns) != 1:
        found = ", ".join(f"`{column.name}`" for column in columns) or "none"
        message = f"`{name} = {use.format.name}` takes one column, and gets {found}"
        help_ = (f"choose one with `{name}_columns`, or a format of several, such as `json`",)
        yield Diagnostic(WRONG_COLUMNS, message, Label(setting.span), (), help_)
        return
    for column in columns:
        if not _fits(use, column):
            message = (
                f"`{use.format.name}` cannot hold the column `{column.name}`,"
                f" which is {column.type.sql}"
            )
            also = (Label(column.declared, "the column"),) if column.declared is not None else ()
            yield Diagnostic(WRONG_COLUMNS, message, Label(setting.span), also)


def _fits(use: FormatUse, column: Column) -> bool:
    if use.format.takes:
        return column.type == UNKNOWN or column.type.sql.partition("(")[0] in use.format.takes
    side = use.format.sink
    return side is None or not is_rejected(column, side.rejects)
