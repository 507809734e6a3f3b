"""Conditions after state that Spark's optimizer applies before it.

A filter on the keys of an aggregation, or on columns of a join's side, is moved in front of it; a
join on keys moves a test for null there. Rows that it leaves out then never come to the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from operator import attrgetter
import re

from msgspec import Struct

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import NamedExpression, Text, render_text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.meanings import together
from ssbt.compiler.ir.fingerprints.part_context import PartContext
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames, names_in
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.patterns import lazy_pattern

_TEXT = lazy_pattern(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_OR = lazy_pattern(r"\bor\b", re.IGNORECASE)
_AND = lazy_pattern(r"\band\b", re.IGNORECASE)
# The kinds of joins of which Spark concludes something about each row of the left.
_CONCLUSIVE_JOINS = frozenset({"inner", "semi", "right"})


class _PushableConditions(IntEnum):
    """Which conditions after an operator get to state: none, those not on results, or all."""

    NONE = 0
    BUT_RESULTS = 1
    ALL = 2


class _PushScope(Struct, frozen=True):
    """What is after an operator; `results` are names of columns that no condition passes with."""

    pushable: _PushableConditions = _PushableConditions.NONE
    results: ColumnNames = frozenset()


def has_state(operator: Operator) -> bool:
    """Whether Spark surely keeps something between two batches for it."""
    return operator.stateful


def may_have_state(operator: Operator) -> bool:
    """Whether it is code of the user's that nobody looks into."""
    return operator.streaming and isinstance(operator.step, s.SqlQuery | s.ApplyFunction)


def find_pushed_conditions(
    root: Operator, certain: set[int], context: PartContext
) -> Iterator[FingerprintPart]:
    """The conditions after the last state that may be applied before it."""
    scopes: dict[int, _PushScope] = {}
    for operator in walk_operators(root, attrgetter("inputs"), set()):
        scope = scopes[id(operator)] = _compute_scope(operator, scopes)
        if id(operator) in certain or has_state(operator) or may_have_state(operator):
            continue
        text = _find_condition(operator, context)
        if text and _can_pass(operator, text, scope):
            perhaps = scope.pushable is _PushableConditions.ALL and not certain
            meaning = _meaning(operator, context)
            yield FingerprintPart(
                PartKind.PUSHED, text, (), operator.step.span, perhaps, meaning=meaning
            )


def _compute_scope(operator: Operator, scopes: dict[int, _PushScope]) -> _PushScope:
    step = operator.step
    if may_have_state(operator) or (has_state(operator) and isinstance(step, s.Join)):
        return _PushScope(_PushableConditions.ALL)
    if has_state(operator):
        if isinstance(step, s.Aggregate | s.Pivot):
            result_columns = operator.output.columns[len(step.keys) :]
            results = frozenset(column.name.casefold() for column in result_columns)
            return _PushScope(_PushableConditions.BUT_RESULTS, results)
        return _PushScope()
    input_scopes = [scopes[id(item)] for item in operator.inputs if item.streaming]
    if not input_scopes:
        return _PushScope()
    worst = max(input_scopes, key=lambda item: item.pushable)
    results = worst.results
    for item in input_scopes:
        results &= item.results
    return _PushScope(worst.pushable, _propagate_results(step, results))


def _propagate_results(step: Source | DatasetInput | s.Step, results: ColumnNames) -> ColumnNames:
    """The names of columns that are made of results, after a step."""
    match step:
        case s.RenameColumns():
            new = {old.casefold(): new.casefold() for old, new in step.pairs}
            return frozenset(new.get(name, name) for name in results)
        case s.Project():
            return _names_from_results(step.columns, results) | _passed_through(
                step.columns, results
            )
        case s.WithColumns():
            for group in step.groups:
                names = {name.casefold() for item in group for name in item.names}
                results = (results - names) | _names_from_results(group, results)
        case Source() | DatasetInput() | s.UseTransform() | s.ApplyFunction() | s.SqlQuery():
            pass
        case s.Filter() | s.DropColumns() | s.Alias() | s.Join() | s.Aggregate() | s.Distinct():
            pass
        case s.Deduplicate() | s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.SetOperation():
            pass
        case s.Stateful() | s.Pivot() | s.Unpivot() | s.Sample() | s.Explode():
            pass
    return results


def _names_from_results(items: tuple[NamedExpression, ...], results: ColumnNames) -> ColumnNames:
    derived = (item for item in items if _names_in_text(item.expression.text) & results)
    return frozenset(name.casefold() for item in derived for name in item.names)


def _passed_through(items: tuple[NamedExpression, ...], results: ColumnNames) -> ColumnNames:
    """Of results those that expressions without a name of their own keep."""
    plain = [item.expression.text for item in items if not item.names]
    if any("*" in render_text(text) for text in plain):
        return results - {name.casefold() for item in items for name in item.names}
    return results & frozenset(name for text in plain for name in _names_in_text(text))


def _names_in_text(text: Text) -> ColumnNames:
    return names_in(tuple(_TEXT.sub("''", part) for part in text if isinstance(part, str)))


def _find_condition(operator: Operator, context: PartContext) -> Text:
    step = operator.step
    match step:
        case s.Filter():
            return context.definitions.expand_expression(step.condition, operator)
        case s.Explode() if "outer" not in step.function:
            return (
                f"{step.function}(",
                *context.definitions.expand_expression(step.expression, operator),
                ")",
            )
        case s.Join() if step.kind in _CONCLUSIVE_JOINS and operator.streaming:
            return context.matching_text(step, operator)
        case (
            Source() | DatasetInput() | s.Project() | s.WithColumns() | s.DropColumns() | s.Alias()
        ):
            return ()
        case s.RenameColumns() | s.Join() | s.Aggregate() | s.Distinct() | s.Deduplicate():
            return ()
        case s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.SetOperation() | s.Explode():
            return ()
        case s.Pivot() | s.Unpivot() | s.Sample() | s.UseTransform() | s.Stateful():
            return ()
        case s.ApplyFunction() | s.SqlQuery():
            # The user's own code: what is after it is not looked into.
            return ()


def _meaning(each: Operator, context: PartContext) -> Text:
    step = each.step
    if isinstance(step, s.Explode):
        return together([context.meanings.expression(step.expression, each)], step.function)
    if isinstance(step, s.Join):
        return together([context.meanings.conditions(each)], step.kind)
    return context.meanings.conditions(each)


def _can_pass(operator: Operator, text: Text, scope: _PushScope) -> bool:
    """Whether the condition of a step, or a part of it, may get to the state."""
    if scope.pushable is not _PushableConditions.BUT_RESULTS:
        return scope.pushable is _PushableConditions.ALL
    step = operator.step
    if isinstance(step, s.Filter):
        plain = _TEXT.sub("''", render_text(step.condition.text))
        whole = _OR.search(plain)
        terms = [plain] if whole else _AND.split(plain)
        # Of an `or` Spark takes out what all of its sides have in common.
        return bool(whole) or not all(_names_in_text((term,)) & scope.results for term in terms)
    if isinstance(step, s.Explode):
        return not _names_in_text(step.expression.text) & scope.results
    return True
