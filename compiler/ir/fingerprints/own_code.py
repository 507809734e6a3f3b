"""The parts of steps that run code of the user's: queries, functions and processors."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Text
from ssbt.compiler.ir.fingerprints.code import describe_module
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.meanings import together
from ssbt.compiler.ir.fingerprints.part_context import PartContext
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart, join_texts
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.relations import Column


def query_parts(
    step: s.SqlQuery, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    """The text of a query, and the rows that it gets."""
    yield FingerprintPart(PartKind.CODE, (" ".join(step.text.split()),), (), step.span)
    yield from _row_parts(operator, context)


def function_parts(
    step: s.ApplyFunction, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    """A function of the user's, the content of its module, and the rows that it gets."""
    yield FingerprintPart(PartKind.CODE, (f"{step.module}.{step.function}",), (), step.span)
    yield from _content_parts(step.module, operator, context)
    yield from _row_parts(operator, context)


def stateful_parts(
    step: s.Stateful, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    """The processor and its keys, what it gets, then what it keeps."""
    yield FingerprintPart(PartKind.CODE, (f"{step.module}.{step.processor}",), (), step.span)
    yield from _content_parts(step.module, operator, context)
    yield from _row_parts(operator, context)
    columns = {column.name: column for column in operator.inputs[0].output.columns}
    types = tuple(columns[name].type.sql for name in step.keys if name in columns)
    meaning = context.meanings.columns(step.keys, operator)
    keys = context.column_texts(step.keys, operator)
    yield FingerprintPart(PartKind.KEYS, keys, types, step.span, meaning=meaning)
    yield FingerprintPart(PartKind.TIMERS, (step.time_mode.value,), (), step.span)
    for variable in sorted(step.variables, key=lambda operator: operator.name):
        text = f"{step.processor}.{variable.description}"
        yield FingerprintPart(PartKind.STATE, (text,), variable.shape, variable.span)


def _content_parts(
    name: str, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    module = context.modules.get(name)
    if module is not None:
        text, span = (describe_module(module),), operator.step.span
        yield FingerprintPart(PartKind.CONTENT, text, (), span, unseen=module.all_unseen)


def _row_parts(operator: Operator, context: PartContext) -> Iterator[FingerprintPart]:
    """All that code of the user's gets, by name: it may use any of it."""
    for input_operator in operator.inputs:
        texts = (
            (f"{column.name} {column.type.sql}", *_definition_suffix(column, definition.text))
            for definition in context.definitions.output_definitions(input_operator)
            for column in (definition.column,)
        )
        columns = [
            definition.column
            for definition in context.definitions.output_definitions(input_operator)
        ]
        meaning = together(
            [context.meanings.outputs(columns, input_operator)],
            *(f"{column.name} {column.type.sql}" for column in columns),
        )
        yield FingerprintPart(
            PartKind.ROWS, join_texts(texts), (), operator.step.span, meaning=meaning
        )


def _definition_suffix(column: Column, text: Text) -> Text:
    return () if text == (column.name,) else (" = ", *text)
