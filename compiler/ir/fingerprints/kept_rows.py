"""The parts of steps for which Spark keeps rows: aggregations, deduplications and joins."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import NamedExpression, Text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.meanings import NO_MEANING, together
from ssbt.compiler.ir.fingerprints.part_context import PartContext
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart, join_texts
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.patterns import lazy_pattern

_WINDOW = lazy_pattern(r"window\s*\(", re.IGNORECASE)
_EQUALITY = lazy_pattern(r"(?:^|(?<= and ))[\w.`]+ = [\w.`]+(?= and |$)")


def aggregate_part(
    step: s.Aggregate | s.Pivot, operator: Operator, context: PartContext
) -> FingerprintPart:
    """The keys and the results of an aggregation or pivot, and what Spark keeps of both."""
    text_of, used = context.definitions.expand_expression, context.used[id(operator)]
    items = [item for item in step.aggregates if isinstance(step, s.Pivot) or _is_used(item, used)]
    keys = [text_of(key.expression, operator) for key in step.keys]
    results = [text_of(item.expression, operator) for item in items]
    text = (*join_texts(results), *((" by ", *join_texts(keys)) if keys else ()))
    form: Text = ()
    if isinstance(step, s.Pivot):
        values = ", ".join(map(repr, step.values))
        form = (" for ", *context.column_texts((step.column,), operator), f" in ({values})")
    elif step.form:
        form = (f" ({step.form} {step.sets})",)
    shape = (*map(_key_shape, step.keys), *map(_buffer_shape, items))
    every = [item.expression for item in (*items, *step.keys)]
    meaning: Text = NO_MEANING
    if isinstance(step, s.Aggregate):
        words = f"{len(items)} {step.form} {step.sets}"
        meaning = together([context.meanings.all(every, operator)], words)
    return FingerprintPart(PartKind.AGGREGATE, (*text, *form), shape, step.span, meaning=meaning)


def unique_part(
    operator: Operator, columns: tuple[Column, ...], context: PartContext
) -> FingerprintPart:
    """The columns by which rows are the same, of which Spark keeps one."""
    step = operator.step
    within = isinstance(step, s.Deduplicate) and step.within_watermark
    if isinstance(step, s.Deduplicate) and step.columns:
        # The order in which they are named is the one in which Spark keeps them.
        names = [name.casefold() for name in step.columns]
        columns = tuple(sorted(columns, key=lambda column: names.index(column.name.casefold())))
    texts = {
        id(operator.column): operator.text
        for operator in context.definitions.output_definitions(operator)
    }
    text = join_texts([texts[id(column)] for column in columns])
    flavour = " within watermark" if within else ""
    types = (column.type.sql for column in columns)
    meaning = together([context.meanings.outputs(columns, operator)], flavour)
    shape = (flavour, *types)
    return FingerprintPart(
        PartKind.DEDUPLICATE, (*text, flavour), shape, step.span, meaning=meaning
    )


def join_parts(step: s.Join, operator: Operator, context: PartContext) -> Iterator[FingerprintPart]:
    """The kind and the keys, by which Spark keeps rows, the rest, and what is kept of rows."""
    matching = context.matching_text(step, operator)
    if step.condition is None:
        yield FingerprintPart(PartKind.JOIN, matching, (), step.span)
    else:
        condition = context.definitions.expand_expression(step.condition, operator)
        plain = "".join(part for part in condition if isinstance(part, str))
        keys = _EQUALITY.findall(plain)
        text: Text = (f"{step.kind} on {' and '.join(keys)}",)
        meaning = together([context.meanings.equalities(operator)], step.kind)
        yield FingerprintPart(PartKind.JOIN, text, (), step.span, meaning=meaning)
        if condition != (" and ".join(keys),):
            meaning = context.meanings.conditions(operator)
            yield FingerprintPart(PartKind.BOUND, condition, (), step.span, meaning=meaning)
    for input_operator in operator.inputs:
        used = context.used[id(input_operator)]
        kept_definitions = [
            operator
            for operator in context.definitions.output_definitions(input_operator)
            if operator.column.name.casefold() in used
        ]
        types = tuple(operator.column.type.sql for operator in kept_definitions)
        meaning = context.meanings.outputs(
            [operator.column for operator in kept_definitions], input_operator
        )
        text_of_kept = join_texts([operator.text for operator in kept_definitions])
        yield FingerprintPart(PartKind.KEPT, text_of_kept, types, step.span, meaning=meaning)


def _is_used(item: NamedExpression, used: ColumnNames) -> bool:
    """Whether a result is used, which Spark else does not compute."""
    return not item.names or any(name.casefold() in used for name in item.names)


def _key_shape(item: NamedExpression) -> str:
    """What Spark keeps of a grouping key: of a window that slides it is nullable."""
    text = "".join(part for part in item.expression.text if isinstance(part, str))
    return f"key {item.expression.type.sql} {_WINDOW.match(text) is not None and text.count(', ')}"


def _buffer_shape(item: NamedExpression) -> str:
    """What Spark keeps of an aggregate between two rows, as far as it can be told."""
    first = str(item.expression.text[0]).partition("(")[0].lower()
    sql = item.expression.type.sql
    return {"avg": f"sum of {sql}, count", "mean": f"sum of {sql}, count"}.get(first, sql)
