"""What a dataset is, in the columns of those that it is made from, however it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
import re

from msgspec import Struct

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import Expression, Named, shown
from ssbt.compiler.ir.operators import Given, Operator, walked
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.plans import local_plans
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span

_TOKENS = re.compile(r"'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`|[()]| and |[^\s()'`]+|\s")
EVERY = "by all columns"
"""What says which rows are once each where all columns do."""
# Where one of these stands, an `and` may be a part of something else.
_NOT_SPLIT = re.compile(r"\b(?:or|between|case)\b|->")


class RowStep(Struct, frozen=True):
    """One thing that decides which rows there are; two of them are the same if their texts are."""

    word: str
    text: str
    span: Span


class MadeColumn(Struct, frozen=True):
    """A column and what it is made of; a source's is made of nothing."""

    column: Column
    text: str
    span: Span


class Meaning(Struct, frozen=True):
    """The rows of a dataset and its columns, by their names in lower case."""

    columns: Mapping[str, MadeColumn]
    rows: tuple[RowStep, ...]
    modules: frozenset[str]


def meanings(pipeline: Pipeline, names: Mapping[str, str]) -> dict[str, Meaning]:
    """What each dataset is made of: those in `names`, as they are called there, or the sources."""
    definitions = Definitions()
    plans = local_plans(pipeline, names)
    return {
        each.name: _source(each) if isinstance(each, Source) else _let(each, plans, definitions)
        for each in pipeline.datasets
    }


def _source(source: Source) -> Meaning:
    columns = {
        column.name.casefold(): MadeColumn(column, "", column.declared or source.span)
        for column in source.output.columns
    }
    return Meaning(columns, (), frozenset())


def _let(let: Let, plans: Mapping[str, Operator], definitions: Definitions) -> Meaning:
    root = plans[let.name]
    steps = [each.step for each in walked(root, attrgetter("inputs"), set())]
    places = {name: span for step in steps for name, span in _places(step)}
    columns = {
        each.column.name.casefold(): MadeColumn(
            each.column,
            shown(each.text),
            places.get(each.column.name.casefold(), let.span),
        )
        for each in definitions.of(root)
        if each.column.name
    }
    used = {step.module for step in steps if isinstance(step, s.ApplyFunction | s.Stateful)}
    return Meaning(columns, tuple(_rows(root, definitions)), frozenset(used))


def _places(step: Source | s.Step) -> Iterator[tuple[str, Span]]:
    """Where a step makes its columns."""
    match step:
        case s.Project():
            items: Iterable[Named] = step.columns
        case s.WithColumns():
            items = (item for group in step.groups for item in group)
        case s.Aggregate() | s.Pivot():
            items = (*step.keys, *step.aggregates)
        case s.RenameColumns():
            yield from ((new.casefold(), step.span) for _, new in step.pairs)
            return
        case _:
            return
    for item in items:
        yield from ((name.casefold(), item.expression.span) for name in item.names)


def _rows(root: Operator, definitions: Definitions) -> Iterator[RowStep]:
    """What decides about the rows, in the order of the flow; conditions side by side have none."""
    steps = [RowStep("input", _name(leaf := _leaf(root)), leaf.step.span)]
    steps += (part for each in _flow(root) for part in _row_steps(each, definitions))
    for is_filter, run in groupby(steps, key=lambda step: step.word == "filter"):
        found = list(run)
        if is_filter:
            terms = {term: step.span for step in found for term in conjuncts(step.text)}
            yield from (RowStep("filter", term, terms[term]) for term in sorted(terms))
        else:
            yield from found


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


def _row_steps(each: Operator, definitions: Definitions) -> Iterator[RowStep]:
    step = each.step
    word, text = "", ""

    def of(expression: Expression) -> str:
        return shown(definitions.text(expression, each))

    def named(columns: Iterable[str]) -> str:
        return ", ".join(shown(text) for text in definitions.columns(columns, each))

    def keys(found: Iterable[Named]) -> list[str]:
        return [of(key.expression) for key in found]

    match step:
        case s.Filter():
            word, text = "filter", of(step.condition)
        case s.Project(distinct=True) | s.Distinct() | s.Deduplicate(columns=()):
            word, text = "deduplication", EVERY
        case s.Deduplicate():
            within = " within watermark" if step.within_watermark else ""
            word, text = "deduplication", f"by {named(sorted(step.columns))}{within}"
        case s.Join():
            on = _on(of(step.condition)) if step.condition is not None else ""
            using = f" using {named(sorted(step.using))}" if step.using else ""
            right = _right(each, definitions)
            word, text = "join", f"{step.kind} join {right}{on}{using}"
        case s.Aggregate():
            listed = keys(step.keys)
            form = f" ({step.form} {step.sets})" if step.form else ""
            word, text = "grouping", ", ".join(listed if form else sorted(listed)) + form
        case s.Pivot():
            made = ", ".join(keys(step.aggregates))
            values = ", ".join(map(repr, step.values))
            by = ", ".join(sorted(keys(step.keys)))
            word, text = "pivot", f"{made} for {named((step.column,))} in ({values}) by {by}"
        case s.Unpivot():
            nulls = " with nulls" if step.include_nulls else ""
            word, text = "unpivot", f"{named(step.columns)} keeping {named(step.ids)}{nulls}"
        case s.Explode():
            word, text = "explode", f"{step.function}({of(step.expression)})"
        case s.SetOperation():
            kept = " all" if step.all else ""
            word, text = "set operation", f"{step.operator}{kept} {_right(each, definitions)}"
        case s.Sort():
            word = "order"
            text = ", ".join(
                of(key.expression)
                + (" desc" if key.descending else "")
                + (f" nulls {key.nulls}" if key.nulls else "")
                for key in step.keys
            )
        case s.Limit() | s.Offset():
            count = step.count if isinstance(step.count, int) else f"${{{step.count.name}}}"
            word, text = type(step).__name__.lower(), str(count)
        case s.Sample():
            again = " with replacement" if step.replacement else ""
            word, text = "sample", f"{step.fraction}{again}, seed {step.seed}"
        case s.Watermark():
            word, text = "watermark", f"{named((step.column,))}, {step.delay}"
        case s.ApplyFunction():
            word, text = "function", f"{step.module}.{step.function}"
        case s.Stateful():
            word, text = "processor", _processor(step, named(step.keys))
        case s.SqlQuery():
            word, text = "query", " ".join(step.text.split())
    if word:
        yield RowStep(word, text, step.span)


def _on(condition: str) -> str:
    return f" on {' and '.join(sorted(conjuncts(condition)))}"


def _right(each: Operator, definitions: Definitions) -> str:
    """The other side of a join or set operation, with what it has steps of its own."""
    first, *steps = _rows(each.inputs[1], definitions)
    more = "".join(f", {step.word} {step.text}" for step in steps)
    return f"({first.text}{more})" if more else first.text


def _processor(step: s.Stateful, keys: str) -> str:
    state = ", ".join(sorted(f"{each.described} {each.ttl or ''}" for each in step.variables))
    times = f", timers {step.timers.value}"
    return f"{step.module}.{step.processor} by {keys}{times}, state {state or 'none'}"


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
