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
from ssbt.compiler.ir.expressions import Expression, NamedExpression, SortKey, render_text
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

_TOKENS = lazy_pattern(r"'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`|[()]| and |[^\s()'`]+|\s")
ALL_COLUMNS = "by all columns"
"""What says which rows are once each where all columns do."""
# Where one of these stands, an `and` may be a part of something else.
_NOT_SPLIT = lazy_pattern(r"\b(?:or|between|case)\b|->")


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
    yield RowStep("input", _input_name(leaf := _first_input(root)), leaf.step.span)
    for each in _main_flow(root):
        if (description := _describe_step(each, definitions)) is not None:
            yield RowStep(*description, each.step.span, each)


def keyed_steps(steps: Iterable[RowStep], queries: Queries) -> Iterator[KeyedStep]:
    """What the steps are compared by; conditions side by side have no order."""
    for is_filter, run in groupby(steps, key=lambda step: step.word == "filter"):
        run_steps = list(run)
        if not is_filter:
            yield from (KeyedStep(step, _comparison_key(step, queries)) for step in run_steps)
            continue
        terms = {each.key: each for step in run_steps for each in _condition_steps(step, queries)}
        yield from sorted(terms.values(), key=lambda each: each.step.text)


def _condition_steps(step: RowStep, queries: Queries) -> Iterator[KeyedStep]:
    """The conditions of a filter, or the whole where they cannot be distinguished in its text."""
    assert step.operator is not None
    texts = split_conjuncts(step.text)
    terms = queries.conditions(step.operator)
    term_ids = list(dict.fromkeys(id(term) for term, _ in terms))
    if len(term_ids) != len(texts):
        yield KeyedStep(step, tuple(value.outline for _, value in terms) or step.text)
        return
    for text, term_id in zip(texts, term_ids, strict=True):
        key = tuple(value.outline for term, value in terms if id(term) == term_id)
        yield KeyedStep(RowStep("filter", text, step.span, step.operator), key)


def _comparison_key(step: RowStep, queries: Queries) -> Hashable:
    if step.operator is None or step.text == ALL_COLUMNS:
        return step.text
    return queries.outline(step.operator)


def split_conjuncts(condition: str) -> list[str]:
    """The conditions that all must hold, where they can be distinguished, or else the whole."""
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


def _describe_step(operator: Operator, definitions: Definitions) -> tuple[str, str] | None:
    step = operator.step
    if isinstance(step, s.Project):
        return ("deduplication", ALL_COLUMNS) if step.distinct else None
    if isinstance(step, KEEPING_ROWS):
        return None
    return DECIDING_ROWS[type(step)](step, _InputTexts(operator, definitions))


def _first_input(root: Operator) -> Operator:
    while root.inputs:
        root = root.inputs[0]
    return root


def _input_name(leaf: Operator) -> str:
    return leaf.step.name if isinstance(leaf.step, Source | DatasetInput) else ""


def _main_flow(root: Operator) -> list[Operator]:
    """The operators from the first input to the last step."""
    operators = [root]
    while operators[-1].inputs:
        operators.append(operators[-1].inputs[0])
    return [each for each in reversed(operators) if isinstance(each.step, s.Step)]


class _InputTexts:
    """The texts of what an operator reads, in the columns of its dataset's inputs."""

    def __init__(self, operator: Operator, definitions: Definitions) -> None:
        self._operator, self._definitions = operator, definitions

    def text(self, expression: Expression) -> str:
        return render_text(self._definitions.expand_expression(expression, self._operator))

    def keys(self, expressions: Iterable[NamedExpression]) -> list[str]:
        return [self.text(key.expression) for key in expressions]

    def columns(self, names: Iterable[str]) -> str:
        texts = self._definitions.expand_columns(names, self._operator)
        return ", ".join(render_text(text) for text in texts)

    def right_side(self) -> str:
        """The other side of a join or set operation, with what it has steps of its own."""
        first, *steps = row_steps(self._operator.inputs[1], self._definitions)
        own_steps = "".join(f", {step.word} {step.text}" for step in steps)
        return f"({first.text}{own_steps})" if own_steps else first.text


_Description = tuple[str, str]


def _describe_filter(step: s.Filter, reader: _InputTexts) -> _Description:
    return "filter", reader.text(step.condition)


def _describe_deduplication(step: s.Deduplicate, reader: _InputTexts) -> _Description:
    within = " within watermark" if step.within_watermark else ""
    by = f"by {reader.columns(sorted(step.columns))}{within}"
    return "deduplication", by if step.columns else ALL_COLUMNS


def _describe_join(step: s.Join, reader: _InputTexts) -> _Description:
    on = using = ""
    if step.condition is not None:
        on = f" on {' and '.join(sorted(split_conjuncts(reader.text(step.condition))))}"
    if step.using:
        using = f" using {reader.columns(sorted(step.using))}"
    return "join", f"{step.kind} join {reader.right_side()}{on}{using}"


def _describe_grouping(step: s.Aggregate, reader: _InputTexts) -> _Description:
    keys = reader.keys(step.keys)
    if step.form:
        return "grouping", f"{', '.join(keys)} ({step.form} {step.sets})"
    return "grouping", ", ".join(sorted(keys))


def _describe_pivot(step: s.Pivot, reader: _InputTexts) -> _Description:
    aggregates, values = ", ".join(reader.keys(step.aggregates)), ", ".join(map(repr, step.values))
    by = ", ".join(sorted(reader.keys(step.keys)))
    return "pivot", f"{aggregates} for {reader.columns((step.column,))} in ({values}) by {by}"


def _describe_unpivot(step: s.Unpivot, reader: _InputTexts) -> _Description:
    nulls = " with nulls" if step.include_nulls else ""
    return "unpivot", f"{reader.columns(step.columns)} keeping {reader.columns(step.ids)}{nulls}"


def _describe_explode(step: s.Explode, reader: _InputTexts) -> _Description:
    return "explode", f"{step.function}({reader.text(step.expression)})"


def _describe_set_operation(step: s.SetOperation, reader: _InputTexts) -> _Description:
    quantifier = " all" if step.all else ""
    return "set operation", f"{step.operator}{quantifier} {reader.right_side()}"


def _describe_sort(step: s.Sort, reader: _InputTexts) -> _Description:
    def describe_key(each: SortKey) -> str:
        nulls = f" nulls {each.nulls}" if each.nulls else ""
        return f"{reader.text(each.expression)}{' desc' if each.descending else ''}{nulls}"

    return "order", ", ".join(map(describe_key, step.keys))


def _describe_count(step: s.Limit | s.Offset, reader: _InputTexts) -> _Description:
    count = step.count if isinstance(step.count, int) else f"${{{step.count.name}}}"
    return type(step).__name__.lower(), str(count)


def _describe_sample(step: s.Sample, reader: _InputTexts) -> _Description:
    again = " with replacement" if step.replacement else ""
    return "sample", f"{step.fraction}{again}, seed {step.seed}"


def _describe_watermark(step: s.Watermark, reader: _InputTexts) -> _Description:
    return "watermark", f"{reader.columns((step.column,))}, {step.delay}"


def _describe_processor(step: s.Stateful, reader: _InputTexts) -> _Description:
    state = ", ".join(sorted(f"{each.description} {each.ttl or ''}" for each in step.variables))
    times = f", timers {step.timers.value}"
    by = reader.columns(step.keys)
    return "processor", f"{step.module}.{step.processor} by {by}{times}, state {state or 'none'}"


KEEPING_ROWS = (s.Project, s.WithColumns, s.DropColumns, s.RenameColumns, s.Alias, DatasetInput)
"""Steps that hand on each row once; `select distinct`, which does not, is looked at before."""
DECIDING_ROWS: dict[type[Source | s.Step], Callable[[Any, _InputTexts], _Description]] = {
    s.Filter: _describe_filter,
    s.Distinct: lambda step, read: ("deduplication", ALL_COLUMNS),
    s.Deduplicate: _describe_deduplication,
    s.Join: _describe_join,
    s.Aggregate: _describe_grouping,
    s.Pivot: _describe_pivot,
    s.Unpivot: _describe_unpivot,
    s.Explode: _describe_explode,
    s.SetOperation: _describe_set_operation,
    s.Sort: _describe_sort,
    s.Limit: _describe_count,
    s.Offset: _describe_count,
    s.Sample: _describe_sample,
    s.Watermark: _describe_watermark,
    s.ApplyFunction: lambda step, read: ("function", f"{step.module}.{step.function}"),
    s.Stateful: _describe_processor,
    s.SqlQuery: lambda step, read: ("query", " ".join(step.text.split())),
}
