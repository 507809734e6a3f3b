"""The columns that are read from records, and those that are written into them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.rejected_columns import is_rejected
from ssbt.compiler.connectors.settings import FormatUse, Setting
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.codes.records import WRONG_COLUMNS
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source, collect_outputs
from ssbt.compiler.ir.records import KEY, Records, key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.datatypes import UNKNOWN


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for the value of each source and sink that has formats, and for the key."""
    outputs = collect_outputs(pipeline)
    for source in pipeline.datasets:
        if isinstance(source, Source) and source.records is not None and not source.part:
            yield from _check_source(source, source.records)
    for sink in pipeline.sinks:
        yield from _check_sink(sink, outputs[sink.dataset])


def _check_source(source: Source, records: Records) -> Iterator[Diagnostic]:
    """A finding at each column that the schema declares and the value's format cannot hold."""
    side = records.value.format.source
    for column in source.output.columns:
        if column.name in (KEY, *records.metadata) or column.declared is None:
            continue
        if side is not None and is_rejected(column, side.rejects):
            name = records.value.format.name
            yield Diagnostic(WRONG_COLUMNS, _unfit_message(name, column), Label(column.declared))


def _check_sink(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    parts = (
        (OptionPlacement.VALUE, OptionPlacement.VALUE_COLUMNS, value_columns),
        (OptionPlacement.RECORD_KEY, OptionPlacement.RECORD_KEY_COLUMNS, key_columns),
    )
    for placement, columns_place, select_columns in parts:
        setting, option_columns = (
            sink.settings.at(placement),
            sink.settings.columns_at(columns_place),
        )
        columns = select_columns(sink.settings, relation)
        # A column that is named and not there is reported by another rule.
        if setting is not None and not relation.is_open and not len(columns) < len(option_columns):
            yield from _check_part(setting, columns)


def _check_part(setting: Setting, columns: tuple[Column, ...]) -> Iterator[Diagnostic]:
    use, name = setting.value, setting.option.name
    assert isinstance(use, FormatUse)
    assert setting.span is not None
    if use.format.accepted_types and len(columns) != 1:
        column_list = ", ".join(f"`{column.name}`" for column in columns) or "none"
        message = f"`{name} = {use.format.name}` takes one column, and gets {column_list}"
        help_ = (f"choose one with `{name}_columns`, or a format of several, such as `json`",)
        yield Diagnostic(WRONG_COLUMNS, message, Label(setting.span), (), help_)
        return
    for column in columns:
        if not _can_hold(use, column):
            message = _unfit_message(use.format.name, column)
            also = (Label(column.declared, "the column"),) if column.declared is not None else ()
            yield Diagnostic(WRONG_COLUMNS, message, Label(setting.span), also)


def _unfit_message(name: str, column: Column) -> str:
    return f"`{name}` cannot hold the column `{column.name}`, which is {column.type.sql}"


def _can_hold(use: FormatUse, column: Column) -> bool:
    if use.format.accepted_types:
        return (
            column.type == UNKNOWN or column.type.sql.partition("(")[0] in use.format.accepted_types
        )
    side = use.format.sink
    return side is None or not is_rejected(column, side.rejects)
