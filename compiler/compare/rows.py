"""What decides which rows a dataset has, however it is written."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.queries import Queries
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import Expression, Named, SortKey, shown
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.source import Span

_TOKENS = re.compile(r"'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`|[()]| and |[^\s()'`]+|\s")
EVERY = "by all columns"
"""What says which rows are once each where all columns do."""
# Where one of these stands, an `and` may be a part of something else.
_NOT_SPLIT = re.compile(r"\b(?:or|between|case)\b|->")


class RowStep(Struct, frozen=True):
    """One thing that decides which rows there are, and where that stands."""

    word: str
    text: str
    span: Span
    operator: Operator | None = None


class KeyedStep(Struct, frozen=True):
    """The same with what it is compared by, however it is written."""

    step: RowStep
    key: Hashable


def row_steps(root: Operator, definitions: Definitions) -> Iterator[RowStep]:
    """What decides about the rows, in the order of the flow."""
    yield RowStep("input", _name(leaf := _leaf(root)), leaf.step.span)
    for each in _flow(root):
        if (said := _said(each, definitions)) is not None:
            yield RowStep(*said, each.step.span, each)


def keyed_steps(steps: Iterable[RowStep], queries: Queries) -> Iterator[KeyedStep]:
    """What the steps are compared by; conditions side by side have no order."""
    for is_filter, run in groupby(steps, key=lambda step: step.word == "filter"):
        found = list(run)
        if not is_filter:
            yield from (KeyedStep(step, _key(step, queries)) for step in found)
            continue
        terms = {each.key: each for step in found for each in _conditions(step, queries)}
        yield from sorted(terms.values(), key=lambda each: each.step.text)


def _conditions(step: RowStep, queries: Queries) -> Iterator[KeyedStep]:
    """The conditions of a filter, or the whole where they cannot be told apart in its text."""
    assert step.operator is not None
    texts = conjuncts(step.text)
    found = queries.conditions(step.operator)
    told = list(dict.fromkeys(id(term) for term, _ in found))
    if len(told) != len(texts):
        yield KeyedStep(step, tuple(value.outline for _, value in found) or step.text)
        return
    for text, which in zip(texts, told, strict=True):
        key = tuple(value.outline for term, value in found if id(term) == which)
        yield KeyedStep(RowStep("filter", text, step.span, step.operator), key)


def _key(step: RowStep, queries: Queries) -> Hashable:
    if step.operator is None or step.text == EVERY:
        return step.text
    return queries.outline(step.operator)


def conjuncts(condition: str) -> list[str]:
    """The conditions that all must hold, where they can be told apart, or else the whole."""
    outside = re.sub(r"'(?:[^'\\]|\\.)*'", "", condition)
    if _NOT_SPLIT.search(outside):
        return [condition]
    terms, depth = [""], 0
    for part in _TOKENS.findall(condition):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == " and " and depth == 0:
            terms.append("")
        else:
            terms[-1] += part
    return terms


def _said(operator: Operator, definitions: Definitions) -> tuple[str, str] | None:
    step = operator.step
    if isinstance(step, s.Project):
        return ("deduplication", EVERY) if step.distinct else None
    if isinstance(step, KEEPING_ROWS):
        return None
    return DECIDING_ROWS[type(step)](step, _Reader(operator, definitions))


def _leaf(root: Operator) -> Operator:
    while root.inputs:
        root = root.inputs[0]
    return root


def _name(leaf: Operator) -> str:
    return leaf.step.name if isinstance(leaf.step, Source | Given) else ""


def _flow(root: Operator) -> list[Operator]:
    """The operators from the first input to the last step."""
    found = [root]
    while found[-1].inputs:
        found.append(found[-1].inputs[0])
    return [each for each in reversed(found) if isinstance(each.step, s.Step)]


class _Reader:
    """The texts of what an operator reads, in the columns of its dataset's inputs."""

    def __init__(self, operator: Operator, definitions: Definitions) -> None:
        self._operator, self._definitions = operator, definitions

    def of(self, expression: Expression) -> str:
        return shown(self._definitions.text(expression, self._operator))

    def keys(self, found: Iterable[Named]) -> list[str]:
        return [self.of(key.expression) for key in found]

    def columns(self, names: Iterable[str]) -> str:
        found = self._definitions.columns(names, self._operator)
        return ", ".join(shown(text) for text in found)

    def right(self) -> str:
        """The other side of a join or set operation, with what it has steps of its own."""
        first, *steps = row_steps(self._operator.inputs[1], self._definitions)
        more = "".join(f", {step.word} {step.text}" for step in steps)
        return f"({first.text}{more})" if more else first.text


_Said = tuple[str, str]


def _filter(step: s.Filter, read: _Reader) -> _Said:
    return "filter", read.of(step.condition)


def _deduplicate(step: s.Deduplicate, read: _Reader) -> _Said:
    within = " within watermark" if step.within_watermark else ""
    by = f"by {read.columns(sorted(step.columns))}{within}"
    return "deduplication", by if step.columns else EVERY


def _join(step: s.Join, read: _Reader) -> _Said:
    on = using = ""
    if step.condition is not None:
        on = f" on {' and '.join(sorted(conjuncts(read.of(step.condition))))}"
    if step.using:
        using = f" using {read.columns(sorted(step.using))}"
    return "join", f"{step.kind} join {read.right()}{on}{using}"


def _aggregate(step: s.Aggregate, read: _Reader) -> _Said:
    keys = read.keys(step.keys)
    if step.form:
        return "grouping", f"{', '.join(keys)} ({step.form} {step.sets})"
    return "grouping", ", ".join(sorted(keys))


def _pivot(step: s.Pivot, read: _Reader) -> _Said:
    made, values = ", ".join(read.keys(step.aggregates)), ", ".join(map(repr, step.values))
    by = ", ".join(sorted(read.keys(step.keys)))
    return "pivot", f"{made} for {read.columns((step.column,))} in ({values}) by {by}"


def _unpivot(step: s.Unpivot, read: _Reader) -> _Said:
    nulls = " with nulls" if step.include_nulls else ""
    return "unpivot", f"{read.columns(step.columns)} keeping {read.columns(step.ids)}{nulls}"


def _explode(step: s.Explode, read: _Reader) -> _Said:
    return "explode", f"{step.function}({read.of(step.expression)})"


def _set_operation(step: s.SetOperation, read: _Reader) -> _Said:
    kept = " all" if step.all else ""
    return "set operation", f"{step.operator}{kept} {read.right()}"


def _sort(step: s.Sort, read: _Reader) -> _Said:
    def key(each: SortKey) -> str:
        nulls = f" nulls {each.nulls}" if each.nulls else ""
        return f"{read.of(each.expression)}{' desc' if each.descending else ''}{nulls}"

    return "order", ", ".join(map(key, step.keys))


def _count(step: s.Limit | s.Offset, read: _Reader) -> _Said:
    count = step.count if isinstance(step.count, int) else f"${{{step.count.name}}}"
    return type(step).__name__.lower(), str(count)


def _sample(step: s.Sample, read: _Reader) -> _Said:
    again = " with replacement" if step.replacement else ""
    return "sample", f"{step.fraction}{again}, seed {step.seed}"


def _watermark(step: s.Watermark, read: _Reader) -> _Said:
    return "watermark", f"{read.columns((step.column,))}, {step.delay}"


def _processor(step: s.Stateful, read: _Reader) -> _Said:
    state = ", ".join(sorted(f"{each.described} {each.ttl or ''}" for each in step.variables))
    times = f", timers {step.timers.value}"
    by = read.columns(step.keys)
    return "processor", f"{step.module}.{step.processor} by {by}{times}, state {state or 'none'}"


KEEPING_ROWS = (s.Project, s.WithColumns, s.DropColumns, s.RenameColumns, s.Alias, Given)
"""Steps that hand on each row once; `select distinct`, which does not, is looked at before."""
DECIDING_ROWS: dict[type[Source | s.Step], Callable[[Any, _Reader], _Said]] = {
    s.Filter: _filter,
    s.Distinct: lambda step, read: ("deduplication", EVERY),
    s.Deduplicate: _deduplicate,
    s.Join: _join,
    s.Aggregate: _aggregate,
    s.Pivot: _pivot,
    s.Unpivot: _unpivot,
    s.Explode: _explode,
    s.SetOperation: _set_operation,
    s.Sort: _sort,
    s.Limit: _count,
    s.Offset: _count,
    s.Sample: _sample,
    s.Watermark: _watermark,
    s.ApplyFunction: lambda step, read: ("function", f"{step.module}.{step.function}"),
    s.Stateful: _processor,
    s.SqlQuery: lambda step, read: ("query", " ".join(step.text.split())),
}
