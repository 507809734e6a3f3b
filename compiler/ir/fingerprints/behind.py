"""Conditions behind state that Spark's optimizer applies before it.

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
from ssbt.compiler.ir.expressions import Named, Text, shown
from ssbt.compiler.ir.fingerprints.dependences import Kind
from ssbt.compiler.ir.fingerprints.meanings import together
from ssbt.compiler.ir.fingerprints.parts import Part
from ssbt.compiler.ir.fingerprints.steps import StepParts
from ssbt.compiler.ir.fingerprints.used import Names, names_in
from ssbt.compiler.ir.operators import Given, Operator, walked
from ssbt.compiler.ir.pipeline import Source

_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_AND = re.compile(r"\band\b", re.IGNORECASE)
# The kinds of joins of which Spark concludes something about each row of the left.
_TELLING = frozenset({"inner", "semi", "right"})


class _Passes(IntEnum):
    """Which conditions behind an operator get to state: none, those not on results, or all."""

    NONE = 0
    BUT_RESULTS = 1
    ALL = 2


class _Behind(Struct, frozen=True):
    """What is behind an operator; `results` are names of columns that no condition passes with."""

    passes: _Passes = _Passes.NONE
    results: Names = frozenset()


def has_state(each: Operator) -> bool:
    """Whether Spark surely keeps something between two batches for it."""
    return each.stateful


def may_have_state(each: Operator) -> bool:
    """Whether it is code of the user's that nobody looks into."""
    return each.streaming and isinstance(each.step, s.SqlQuery | s.ApplyFunction)


def pushed(root: Operator, certain: set[int], steps: StepParts) -> Iterator[Part]:
    """The conditions behind the last state that may be applied before it."""
    known: dict[int, _Behind] = {}
    for each in walked(root, attrgetter("inputs"), set()):
        behind = known[id(each)] = _behind(each, known)
        if id(each) in certain or has_state(each) or may_have_state(each):
            continue
        text = _condition(each, steps)
        if text and _passes(each, text, behind):
            perhaps = behind.passes is _Passes.ALL and not certain
            meaning = _meaning(each, steps)
            yield Part(Kind.PUSHED, text, (), each.step.span, perhaps, meaning=meaning)


def _behind(each: Operator, known: dict[int, _Behind]) -> _Behind:
    step = each.step
    if may_have_state(each) or (has_state(each) and isinstance(step, s.Join)):
        return _Behind(_Passes.ALL)
    if has_state(each):
        if isinstance(step, s.Aggregate | s.Pivot):
            made = each.output.columns[len(step.keys) :]
            results = frozenset(column.name.casefold() for column in made)
            return _Behind(_Passes.BUT_RESULTS, results)
        return _Behind()
    given = [known[id(one)] for one in each.inputs if one.streaming]
    if not given:
        return _Behind()
    worst = max(given, key=lambda one: one.passes)
    results = worst.results
    for one in given:
        results &= one.results
    return _Behind(worst.passes, _carried(step, results))


def _carried(step: Source | Given | s.Step, results: Names) -> Names:
    """The names of columns that are made of results, behind a step."""
    match step:
        case s.RenameColumns():
            new = {old.casefold(): new.casefold() for old, new in step.pairs}
            return frozenset(new.get(name, name) for name in results)
        case s.Project():
            return _made(step.columns, results) | _kept(step.columns, results)
        case s.WithColumns():
            for group in step.groups:
                names = {name.casefold() for item in group for name in item.names}
                results = (results - names) | _made(group, results)
        case Source() | Given() | s.UseTransform() | s.ApplyFunction() | s.SqlQuery():
            pass
        case s.Filter() | s.DropColumns() | s.Alias() | s.Join() | s.Aggregate() | s.Distinct():
            pass
        case s.Deduplicate() | s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.SetOperation():
            pass
        case s.Stateful() | s.Pivot() | s.Unpivot() | s.Sample() | s.Explode():
            pass
    return results


def _made(items: tuple[Named, ...], results: Names) -> Names:
    made = (item for item in items if _columns(item.expression.text) & results)
    return frozenset(name.casefold() for item in made for name in item.names)


def _kept(items: tuple[Named, ...], results: Names) -> Names:
    """Of results those that expressions without a name of their own keep."""
    plain = [item.expression.text for item in items if not item.names]
    if any("*" in shown(text) for text in plain):
        return results - {name.casefold() for item in items for name in item.names}
    return results & frozenset(name for text in plain for name in _columns(text))


def _columns(text: Text) -> Names:
    return names_in(tuple(_TEXT.sub("''", part) for part in text if isinstance(part, str)))


def _condition(each: Operator, steps: StepParts) -> Text:
    step = each.step
    match step:
        case s.Filter():
            return steps.definitions.text(step.condition, each)
        case s.Explode() if "outer" not in step.function:
            return (f"{step.function}(", *steps.definitions.text(step.expression, each), ")")
        case s.Join() if step.kind in _TELLING and each.streaming:
            return steps.matching(step, each)
        case Source() | Given() | s.Project() | s.WithColumns() | s.DropColumns() | s.Alias():
            return ()
        case s.RenameColumns() | s.Join() | s.Aggregate() | s.Distinct() | s.Deduplicate():
            return ()
        case s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.SetOperation() | s.Explode():
            return ()
        case s.Pivot() | s.Unpivot() | s.Sample() | s.UseTransform() | s.Stateful():
            return ()
        case s.ApplyFunction() | s.SqlQuery():
            # The user's own code: what is behind it is not looked into.
            return ()


def _meaning(each: Operator, steps: StepParts) -> Text:
    step = each.step
    if isinstance(step, s.Explode):
        return together([steps.meanings.expression(step.expression, each)], step.function)
    if isinstance(step, s.Join):
        return together([steps.meanings.conditions(each)], step.kind)
    return steps.meanings.conditions(each)


def _passes(each: Operator, text: Text, behind: _Behind) -> bool:
    """Whether the condition of a step, or a part of it, may get to the state."""
    if behind.passes is not _Passes.BUT_RESULTS:
        return behind.passes is _Passes.ALL
    step = each.step
    if isinstance(step, s.Filter):
        plain = _TEXT.sub("''", shown(step.condition.text))
        whole = _OR.search(plain)
        terms = [plain] if whole else _AND.split(plain)
        # Of an `or` Spark takes out what all of its sides have in common.
        return bool(whole) or not all(_columns((term,)) & behind.results for term in terms)
    if isinstance(step, s.Explode):
        return not _columns(step.expression.text) & behind.results
    return True
