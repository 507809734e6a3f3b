"""The parts of single steps: what of each decides about the state, down to columns of sources."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import ParameterText, SortKey, Text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.kept_rows import aggregate_part, join_parts, unique_part
from ssbt.compiler.ir.fingerprints.meanings import NO_MEANING, together
from ssbt.compiler.ir.fingerprints.own_code import function_parts, query_parts, stateful_parts
from ssbt.compiler.ir.fingerprints.part_context import PartContext
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart, join_texts
from ssbt.compiler.ir.fingerprints.used_columns import is_generator
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types import functions

_CHOICES = {
    s.Filter: PartKind.FILTER,
    s.Watermark: PartKind.WATERMARK,
    s.Limit: PartKind.LIMIT,
    s.Offset: PartKind.LIMIT,
    s.Sample: PartKind.SAMPLE,
    s.Sort: PartKind.ORDER,
}


def build_parts(operator: Operator, context: PartContext) -> Iterator[FingerprintPart]:
    """The parts of one that rows come through on their way to state, or that keeps it."""
    step = operator.step
    match step:
        case s.Filter() | s.Watermark() | s.Limit() | s.Offset() | s.Sample() | s.Sort():
            yield _choice_part(step, operator, context)
        case s.Aggregate() | s.Pivot():
            if step.aggregates:
                yield aggregate_part(step, operator, context)
            else:
                yield unique_part(operator, operator.output.columns, context)
        case s.Join() if operator.stateful:
            yield from join_parts(step, operator, context)
        case s.Join():
            text = context.matching_text(step, operator)
            meaning = together([context.meanings.conditions(operator)], step.kind)
            yield FingerprintPart(PartKind.LOOKUP, text, (), step.span, meaning=meaning)
        case s.SqlQuery():
            yield from query_parts(step, operator, context)
        case s.ApplyFunction():
            yield from function_parts(step, operator, context)
        case s.Stateful():
            yield from stateful_parts(step, operator, context)
        case s.Explode():
            yield _explode_part(step, operator, context)
        case s.Unpivot():
            yield _unpivot_part(step, operator, context)
        case s.SetOperation():
            yield from _set_parts(step, operator, context)
        case s.Project() | s.WithColumns():
            yield from _computed_parts(step, operator, context)
        case s.Deduplicate() | s.Distinct():
            columns = operator.distinct_columns or _deduplicated_columns(step, operator)
            yield unique_part(operator, columns, context)
        case Source() | DatasetInput() | s.UseTransform():
            pass
        case s.DropColumns() | s.RenameColumns() | s.Alias():
            # What is computed of the columns follows them to their definitions.
            pass


def _choice_part(
    step: s.Filter | s.Watermark | s.Limit | s.Offset | s.Sample | s.Sort,
    operator: Operator,
    context: PartContext,
) -> FingerprintPart:
    """By what a step chooses or orders rows."""
    text: Text
    meaning: Text = NO_MEANING
    match step:
        case s.Filter():
            text = context.definitions.expand_expression(step.condition, operator)
            meaning = context.meanings.conditions(operator)
        case s.Watermark():
            text = (*context.column_texts((step.column,), operator), f", {step.delay}")
            meaning = together([context.meanings.columns((step.column,), operator)], step.delay)
        case s.Limit() | s.Offset():
            count = step.count if isinstance(step.count, ParameterText) else str(step.count)
            text = (count,) if isinstance(step, s.Limit) else ("all but ", count)
        case s.Sample():
            again = " with replacement" if step.replacement else ""
            text = (f"{step.fraction}{again}, seed {step.seed}",)
        case s.Sort():
            text = join_texts(_sort_key_text(key, operator, context) for key in step.keys)
            meaning = together(
                (context.meanings.expression(key.expression, operator) for key in step.keys),
                *(f"{key.descending} {key.nulls}" for key in step.keys),
            )
    return FingerprintPart(_CHOICES[type(step)], text, (), step.span, meaning=meaning)


def _explode_part(step: s.Explode, operator: Operator, context: PartContext) -> FingerprintPart:
    expression = context.definitions.expand_expression(step.expression, operator)
    meaning = together([context.meanings.expression(step.expression, operator)], step.function)
    text = (f"{step.function}(", *expression, ")")
    return FingerprintPart(PartKind.EXPLODE, text, (), step.span, meaning=meaning)


def _set_parts(
    step: s.SetOperation, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    all_suffix = " all" if step.all else ""
    yield FingerprintPart(PartKind.UNION, (f"{step.operator}{all_suffix}",), (), step.span)
    if operator.distinct_columns is not None:
        yield unique_part(operator, operator.distinct_columns, context)


def _unpivot_part(step: s.Unpivot, operator: Operator, context: PartContext) -> FingerprintPart:
    old = {new.casefold(): old for old, new in step.renames}
    name_pairs = [(name, old.get(name.strip("`").casefold(), name)) for name in step.columns]
    texts = (
        (f"{name} = ", *context.column_texts((input_name,), operator))
        for name, input_name in name_pairs
    )
    nulls = " with nulls" if step.include_nulls else ""
    return FingerprintPart(PartKind.UNPIVOT, (*join_texts(texts), nulls), (), step.span)


def _computed_parts(
    step: s.Project | s.WithColumns, operator: Operator, context: PartContext
) -> Iterator[FingerprintPart]:
    """Of expressions those that make rows, or look at the rows around theirs; then `distinct`."""
    groups = step.groups if isinstance(step, s.WithColumns) else (step.columns,)
    for item in (item for group in groups for item in group):
        text = context.definitions.expand_expression(item.expression, operator)
        meaning = context.meanings.expression(item.expression, operator)
        if is_generator(item):
            yield FingerprintPart(PartKind.EXPLODE, text, (), item.expression.span, meaning=meaning)
        elif any(call.windowed or _is_random(call.name) for call in item.expression.calls):
            yield FingerprintPart(
                PartKind.COMPUTED, text, (), item.expression.span, meaning=meaning
            )
    if isinstance(step, s.Project) and step.distinct:
        yield unique_part(operator, operator.output.columns, context)


def _sort_key_text(key: SortKey, operator: Operator, context: PartContext) -> Text:
    nulls = f" nulls {key.nulls}" if key.nulls else ""
    direction = " desc" if key.descending else ""
    return (
        *context.definitions.expand_expression(key.expression, operator),
        f"{direction}{nulls}",
    )


def _deduplicated_columns(
    step: s.Deduplicate | s.Distinct, operator: Operator
) -> tuple[Column, ...]:
    """The columns of a deduplication of what does not stream."""
    if not isinstance(step, s.Deduplicate) or not step.columns:
        return operator.output.columns
    names = {name.casefold() for name in step.columns}
    return tuple(column for column in operator.output.columns if column.name.casefold() in names)


def _is_random(name: str) -> bool:
    function = functions.find_function(name)
    return function is not None and not function.deterministic
