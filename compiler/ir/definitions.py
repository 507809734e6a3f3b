"""What each column is, in columns of the sources: the same whatever it is called on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expanded_texts import (
    MAX_LENGTH,
    UNKNOWN_COLUMNS,
    LengthLimit,
    TextsByName,
    expand_text,
)
from ssbt.compiler.ir.expressions import Expression, NamedExpression, Text
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import UNKNOWN

_SAME_COLUMNS = (
    *(s.Filter, s.Sort, s.Limit, s.Offset, s.Sample, s.Deduplicate, s.Watermark, s.Distinct),
    *(s.Alias, s.RenameColumns),
)


class Definition(Struct, frozen=True):
    """A column of an operator and what it is."""

    column: Column
    text: Text


class Definitions:
    """The definitions of the columns of operators, each found once.

    Where one grows beyond `longest`, it is cut and told from others by a hash; `keeps_original`
    ones, which people read, then say no more what the columns are of which they are made.
    """

    def __init__(self, longest: int = MAX_LENGTH, *, whole: bool = False) -> None:
        self._limit = LengthLimit(longest, whole)
        self._definitions: dict[int, tuple[Operator, tuple[Definition, ...]]] = {}

    def output_definitions(self, operator: Operator) -> tuple[Definition, ...]:
        """The columns that flow out of an operator, in their order."""
        waiting = [operator] if id(operator) not in self._definitions else []
        while waiting:
            current = waiting[-1]
            pending = [
                input_operator
                for input_operator in current.inputs
                if id(input_operator) not in self._definitions
            ]
            if pending:
                waiting += pending
                continue
            # The operator is kept with what was found, or its id could come again.
            self._definitions[id(waiting.pop())] = current, tuple(self._compute(current))
        return self._definitions[id(operator)][1]

    def input_definitions(self, operator: Operator) -> tuple[Definition, ...]:
        """The columns that an operator's expressions can name."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        left, *right_sides = (
            _qualify(self.output_definitions(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        )
        if isinstance(operator.step, s.Join):
            return (*left, *_mark_right_columns(left, right_sides[0]))
        return left

    def expand_expression(self, expression: Expression, operator: Operator) -> Text:
        """An expression of an operator's step, in columns of the sources."""
        return expand_text(
            expression.text, _texts_by_name(self.input_definitions(operator)), self._limit
        )

    def expand_columns(self, names: Iterable[str], operator: Operator) -> list[Text]:
        """Columns that an operator's step names as Spark finds them, in columns of the sources."""
        texts = {
            each.column.name.casefold(): each.text
            for input_operator in reversed(operator.inputs)
            for each in reversed(self.output_definitions(input_operator))
        }
        plain = (name.rpartition(".")[2].strip("`") for name in names)
        return [texts.get(name.casefold(), (name,)) for name in plain]

    def _compute(self, operator: Operator) -> Iterator[Definition]:
        step, columns = operator.step, operator.output.columns
        if isinstance(step, Source | DatasetInput):
            dataset = f"{step.name}." if isinstance(step, DatasetInput) else ""
            yield from (Definition(column, (f"{dataset}{column.name}",)) for column in columns)
            if operator.output.is_open and dataset:
                yield Definition(_unknown_column(UNKNOWN_COLUMNS), (dataset,))
            return
        inputs = self.input_definitions(operator)
        named_definitions = tuple(each for each in inputs if each.column.name != UNKNOWN_COLUMNS)
        if operator.output.is_open:
            alias = step.alias if isinstance(step, s.Alias) else ""
            rest = tuple(each for each in inputs if each.column.name == UNKNOWN_COLUMNS)
            yield from _qualify(rest, alias)
        if isinstance(step, s.SetOperation):
            yield from _union_definitions(
                operator, named_definitions, self.output_definitions(operator.inputs[1])
            )
            return
        if isinstance(step, _SAME_COLUMNS) and len(named_definitions) == len(columns):
            pairs = zip(columns, named_definitions, strict=True)
            yield from (Definition(column, definition.text) for column, definition in pairs)
            return
        computed, names = dict(_compute_columns(step, inputs, self._limit)), _texts_by_name(inputs)
        for column in columns:
            text = computed.get(column.name.casefold()) if column.qualifier is None else None
            yield Definition(
                column, text or _find_text(column, names) or _opaque_text(step, column)
            )


def _qualify(definitions: tuple[Definition, ...], alias: str) -> tuple[Definition, ...]:
    """The same columns after an alias, if it is one."""
    if not alias:
        return definitions
    return tuple(
        Definition(replace(each.column, qualifier=alias), each.text) for each in definitions
    )


def _union_definitions(
    operator: Operator, left: tuple[Definition, ...], right: tuple[Definition, ...]
) -> Iterator[Definition]:
    """The columns of a union, which are of one side or the other."""
    sides = (_texts_by_name(left), _texts_by_name(right))
    for column in operator.output.columns:
        texts = [text for side in sides if (text := _find_text(column, side)) is not None]
        distinct_texts = dict.fromkeys(texts)
        union_text: Text = tuple(part for text in distinct_texts for part in (*text, " or "))[:-1]
        yield Definition(column, union_text or (column.name,))


def _compute_columns(
    step: s.Step, definitions: tuple[Definition, ...], limit: LengthLimit
) -> Iterator[tuple[str, Text]]:
    """The columns that a step computes, by lower-case name."""
    match step:
        case s.Project():
            yield from _expand_items(step.columns, definitions, limit)
        case s.WithColumns():
            for group in step.groups:
                texts = dict(_expand_items(group, definitions, limit))
                yield from texts.items()
                existing = {each.column.name.casefold() for each in definitions}
                definitions = tuple(
                    Definition(each.column, texts.get(each.column.name.casefold(), each.text))
                    for each in definitions
                ) + tuple(
                    Definition(_unknown_column(name), text)
                    for name, text in texts.items()
                    if name not in existing
                )
        case s.Aggregate() | s.Pivot():
            yield from _expand_items((*step.keys, *step.aggregates), definitions, limit)
        case s.Explode():
            text = expand_text(step.expression.text, _texts_by_name(definitions), limit)
            for index, name in enumerate(step.names):
                suffix = f" {index}" if len(step.names) > 1 else ""
                yield name.casefold(), (f"{step.function}(", *text, f"){suffix}")
        case s.Unpivot():
            yield step.name.casefold(), (f"name of {', '.join(step.columns)}",)
            yield step.value.casefold(), (f"value of {', '.join(step.columns)}",)
        case s.Filter() | s.Alias() | s.DropColumns() | s.RenameColumns() | s.Join():
            pass
        case s.Distinct() | s.Deduplicate() | s.Watermark() | s.Sort() | s.Limit() | s.Offset():
            pass
        case s.SetOperation() | s.Sample() | s.UseTransform():
            pass
        case s.ApplyFunction() | s.SqlQuery() | s.Stateful():
            # Their columns are opaque.
            pass


def _expand_items(
    items: Iterable[NamedExpression], definitions: tuple[Definition, ...], limit: LengthLimit
) -> Iterator[tuple[str, Text]]:
    names = _texts_by_name(definitions)
    for item in items:
        text = expand_text(item.expression.text, names, limit)
        several = len(item.names) > 1
        for name in item.names:
            yield name.casefold(), (*text, f" {name}") if several else text


def _unknown_column(name: str) -> Column:
    return Column(name, UNKNOWN, True)


def _mark_right_columns(
    left: tuple[Definition, ...], right: tuple[Definition, ...]
) -> Iterator[Definition]:
    """The columns of a join's right side; one that is as one on the left says where it is from."""
    left_texts = {definition.text for definition in left}
    for definition in right:
        text: Text = (
            ("right ", *definition.text) if definition.text in left_texts else definition.text
        )
        yield Definition(definition.column, text)


def _find_text(column: Column, names: TextsByName) -> Text | None:
    """What a column is that was there before, found by its whole name first."""
    name = column.name.casefold()
    return names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))


def _texts_by_name(definitions: Iterable[Definition]) -> TextsByName:
    """What each name stands for, alone and after its qualifier; the first of two wins."""
    names: dict[tuple[str, ...], Text] = {}
    for definition in definitions:
        name = definition.column.name.casefold()
        names.setdefault((name,), definition.text)
        names.setdefault(((definition.column.qualifier or "").casefold(), name), definition.text)
    return names


def _opaque_text(step: s.Step | Source, column: Column) -> Text:
    """A column made by what cannot be looked into."""
    return (f"{type(step).__name__} {column.name}",)
