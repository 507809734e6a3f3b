"""The parts of single steps: what of each decides about the state, down to columns of sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
import re

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import NamedExpression, ParameterText, SortKey, Text
from ssbt.compiler.ir.fingerprints.code import describe_module
from ssbt.compiler.ir.fingerprints.dependences import PartKind
from ssbt.compiler.ir.fingerprints.meanings import NO_MEANING, Meanings, together
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart, join_texts
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames, is_generator
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types import functions

_WINDOW = re.compile(r"window\s*\(", re.IGNORECASE)
# Beyond it, an expression is shown as it was written: some double with every step.
_LONGEST = 2_000
_EQUALITY = re.compile(r"(?:^|(?<= and ))[\w.`]+ = [\w.`]+(?= and |$)")


class StepPartBuilder:
    """Makes the parts of operators below `root`; `used` are the columns used behind each.

    Long texts are cut and told apart by a hash, unless they are `whole`, for people.
    """

    def __init__(
        self,
        used: dict[int, ColumnNames],
        pipeline: Pipeline,
        root: Operator,
        *,
        whole: bool = False,
    ) -> None:
        self.used, self._whole = used, whole
        self.meanings = Meanings(root)
        self.connections = {each.name.casefold(): each for each in pipeline.connections}
        self._modules = {each.name: each for each in pipeline.modules}

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(_LONGEST, whole=True) if self._whole else Definitions()

    def build_parts(self, operator: Operator) -> Iterator[FingerprintPart]:
        """The parts of one that rows come through on their way to state, or that keeps it."""
        step = operator.step
        match step:
            case s.Filter():
                text = self.definitions.expand_expression(step.condition, operator)
                yield FingerprintPart(
                    PartKind.FILTER, text, (), step.span, meaning=self.meanings.conditions(operator)
                )
            case s.Watermark():
                column = self._column_texts((step.column,), operator)
                meaning = together([self.meanings.columns((step.column,), operator)], step.delay)
                text = (*column, f", {step.delay}")
                yield FingerprintPart(PartKind.WATERMARK, text, (), step.span, meaning=meaning)
            case s.Aggregate() | s.Pivot():
                if step.aggregates:
                    yield self._aggregate_part(step, operator)
                else:
                    yield self._unique_part(operator, operator.output.columns)
            case s.Join() if operator.stateful:
                yield from self._join_parts(step, operator)
            case s.Join():
                text = self.matching_text(step, operator)
                meaning = together([self.meanings.conditions(operator)], step.kind)
                yield FingerprintPart(PartKind.LOOKUP, text, (), step.span, meaning=meaning)
            case s.Limit() | s.Offset():
                count = step.count if isinstance(step.count, ParameterText) else str(step.count)
                text = (count,) if isinstance(step, s.Limit) else ("all but ", count)
                yield FingerprintPart(PartKind.LIMIT, text, (), step.span)
            case s.SqlQuery():
                yield FingerprintPart(PartKind.CODE, (" ".join(step.text.split()),), (), step.span)
                yield from self._row_parts(operator)
            case s.ApplyFunction():
                yield FingerprintPart(
                    PartKind.CODE, (f"{step.module}.{step.function}",), (), step.span
                )
                yield from self._content_parts(step.module, operator)
                yield from self._row_parts(operator)
            case s.Stateful():
                yield from self._stateful_parts(step, operator)
            case s.Explode():
                text = self.definitions.expand_expression(step.expression, operator)
                meaning = together(
                    [self.meanings.expression(step.expression, operator)], step.function
                )
                text = (f"{step.function}(", *text, ")")
                yield FingerprintPart(PartKind.EXPLODE, text, (), step.span, meaning=meaning)
            case s.Unpivot():
                yield self._unpivot_part(step, operator)
            case s.SetOperation():
                all_suffix = " all" if step.all else ""
                yield FingerprintPart(
                    PartKind.UNION, (f"{step.operator}{all_suffix}",), (), step.span
                )
                if operator.distinct_columns is not None:
                    yield self._unique_part(operator, operator.distinct_columns)
            case s.Sample():
                again = " with replacement" if step.replacement else ""
                text = (f"{step.fraction}{again}, seed {step.seed}",)
                yield FingerprintPart(PartKind.SAMPLE, text, (), step.span)
            case s.Sort():
                keys = (self._sort_key_text(key, operator) for key in step.keys)
                meaning = together(
                    (self.meanings.expression(key.expression, operator) for key in step.keys),
                    *(f"{key.descending} {key.nulls}" for key in step.keys),
                )
                yield FingerprintPart(
                    PartKind.ORDER, join_texts(keys), (), step.span, meaning=meaning
                )
            case s.Project() | s.WithColumns():
                yield from self._computed_parts(step, operator)
                if isinstance(step, s.Project) and step.distinct:
                    yield self._unique_part(operator, operator.output.columns)
            case s.Deduplicate() | s.Distinct():
                yield self._unique_part(
                    operator, operator.distinct_columns or _deduplicated_columns(step, operator)
                )
            case Source() | DatasetInput() | s.UseTransform():
                pass
            case s.DropColumns() | s.RenameColumns() | s.Alias():
                # What is computed of the columns follows them to their definitions.
                pass

    def matching_text(self, step: s.Join, operator: Operator) -> Text:
        """The kind of a join and how its rows are matched."""
        if step.condition is not None:
            return (
                f"{step.kind} on ",
                *self.definitions.expand_expression(step.condition, operator),
            )
        columns = self._column_texts(step.using, operator)
        return (f"{step.kind} using ", *columns) if step.using else (step.kind,)

    def _aggregate_part(self, step: s.Aggregate | s.Pivot, operator: Operator) -> FingerprintPart:
        text_of, used = self.definitions.expand_expression, self.used[id(operator)]
        items = [
            item for item in step.aggregates if isinstance(step, s.Pivot) or _is_used(item, used)
        ]
        keys = [text_of(key.expression, operator) for key in step.keys]
        results = [text_of(item.expression, operator) for item in items]
        text = (*join_texts(results), *((" by ", *join_texts(keys)) if keys else ()))
        form: Text = ()
        if isinstance(step, s.Pivot):
            values = ", ".join(map(repr, step.values))
            form = (" for ", *self._column_texts((step.column,), operator), f" in ({values})")
        elif step.form:
            form = (f" ({step.form} {step.sets})",)
        shape = (*map(_key_shape, step.keys), *map(_buffer_shape, items))
        every = [item.expression for item in (*items, *step.keys)]
        meaning: Text = NO_MEANING
        if isinstance(step, s.Aggregate):
            words = f"{len(items)} {step.form} {step.sets}"
            meaning = together([self.meanings.all(every, operator)], words)
        return FingerprintPart(
            PartKind.AGGREGATE, (*text, *form), shape, step.span, meaning=meaning
        )

    def _stateful_parts(self, step: s.Stateful, operator: Operator) -> Iterator[FingerprintPart]:
        """The processor and its keys, what it gets, then what it keeps."""
        yield FingerprintPart(PartKind.CODE, (f"{step.module}.{step.processor}",), (), step.span)
        yield from self._content_parts(step.module, operator)
        yield from self._row_parts(operator)
        columns = {column.name: column for column in operator.inputs[0].output.columns}
        types = tuple(columns[name].type.sql for name in step.keys if name in columns)
        meaning = self.meanings.columns(step.keys, operator)
        keys = self._column_texts(step.keys, operator)
        yield FingerprintPart(PartKind.KEYS, keys, types, step.span, meaning=meaning)
        yield FingerprintPart(PartKind.TIMERS, (step.time_mode.value,), (), step.span)
        for variable in sorted(step.variables, key=lambda operator: operator.name):
            text = f"{step.processor}.{variable.description}"
            yield FingerprintPart(PartKind.STATE, (text,), variable.shape, variable.span)

    def _content_parts(self, name: str, operator: Operator) -> Iterator[FingerprintPart]:
        module = self._modules.get(name)
        if module is not None:
            yield FingerprintPart(
                PartKind.CONTENT, (describe_module(module),), (), operator.step.span
            )

    def _row_parts(self, operator: Operator) -> Iterator[FingerprintPart]:
        """All that code of the user's gets, by name: it may use any of it."""
        for input_operator in operator.inputs:
            texts = (
                (f"{column.name} {column.type.sql}", *_definition_suffix(column, definition.text))
                for definition in self.definitions.output_definitions(input_operator)
                for column in (definition.column,)
            )
            columns = [
                definition.column
                for definition in self.definitions.output_definitions(input_operator)
            ]
            meaning = together(
                [self.meanings.outputs(columns, input_operator)],
                *(f"{column.name} {column.type.sql}" for column in columns),
            )
            yield FingerprintPart(
                PartKind.ROWS, join_texts(texts), (), operator.step.span, meaning=meaning
            )

    def _unpivot_part(self, step: s.Unpivot, operator: Operator) -> FingerprintPart:
        old = {new.casefold(): old for old, new in step.renames}
        name_pairs = [(name, old.get(name.strip("`").casefold(), name)) for name in step.columns]
        texts = (
            (f"{name} = ", *self._column_texts((input_name,), operator))
            for name, input_name in name_pairs
        )
        nulls = " with nulls" if step.include_nulls else ""
        return FingerprintPart(PartKind.UNPIVOT, (*join_texts(texts), nulls), (), step.span)

    def _computed_parts(
        self, step: s.Project | s.WithColumns, operator: Operator
    ) -> Iterator[FingerprintPart]:
        """Of expressions those that make rows, or look at the rows around theirs."""
        groups = step.groups if isinstance(step, s.WithColumns) else (step.columns,)
        for item in (item for group in groups for item in group):
            text = self.definitions.expand_expression(item.expression, operator)
            meaning = self.meanings.expression(item.expression, operator)
            if is_generator(item):
                yield FingerprintPart(
                    PartKind.EXPLODE, text, (), item.expression.span, meaning=meaning
                )
            elif any(call.windowed or _is_random(call.name) for call in item.expression.calls):
                yield FingerprintPart(
                    PartKind.COMPUTED, text, (), item.expression.span, meaning=meaning
                )

    def _unique_part(self, operator: Operator, columns: tuple[Column, ...]) -> FingerprintPart:
        step = operator.step
        within = isinstance(step, s.Deduplicate) and step.within_watermark
        if isinstance(step, s.Deduplicate) and step.columns:
            # The order in which they are named is the one in which Spark keeps them.
            names = [name.casefold() for name in step.columns]
            columns = tuple(sorted(columns, key=lambda column: names.index(column.name.casefold())))
        texts = {
            id(operator.column): operator.text
            for operator in self.definitions.output_definitions(operator)
        }
        text = join_texts([texts[id(column)] for column in columns])
        flavour = " within watermark" if within else ""
        types = (column.type.sql for column in columns)
        meaning = together([self.meanings.outputs(columns, operator)], flavour)
        shape = (flavour, *types)
        return FingerprintPart(
            PartKind.DEDUPLICATE, (*text, flavour), shape, step.span, meaning=meaning
        )

    def _join_parts(self, step: s.Join, operator: Operator) -> Iterator[FingerprintPart]:
        """The kind and the keys, by which Spark keeps rows, the rest, and what is kept of rows."""
        matching = self.matching_text(step, operator)
        if step.condition is None:
            yield FingerprintPart(PartKind.JOIN, matching, (), step.span)
        else:
            condition = self.definitions.expand_expression(step.condition, operator)
            plain = "".join(part for part in condition if isinstance(part, str))
            keys = _EQUALITY.findall(plain)
            text: Text = (f"{step.kind} on {' and '.join(keys)}",)
            meaning = together([self.meanings.equalities(operator)], step.kind)
            yield FingerprintPart(PartKind.JOIN, text, (), step.span, meaning=meaning)
            if condition != (" and ".join(keys),):
                meaning = self.meanings.conditions(operator)
                yield FingerprintPart(PartKind.BOUND, condition, (), step.span, meaning=meaning)
        for input_operator in operator.inputs:
            used = self.used[id(input_operator)]
            kept_definitions = [
                operator
                for operator in self.definitions.output_definitions(input_operator)
                if operator.column.name.casefold() in used
            ]
            types = tuple(operator.column.type.sql for operator in kept_definitions)
            meaning = self.meanings.outputs(
                [operator.column for operator in kept_definitions], input_operator
            )
            text_of_kept = join_texts([operator.text for operator in kept_definitions])
            yield FingerprintPart(PartKind.KEPT, text_of_kept, types, step.span, meaning=meaning)

    def _sort_key_text(self, key: SortKey, operator: Operator) -> Text:
        nulls = f" nulls {key.nulls}" if key.nulls else ""
        direction = " desc" if key.descending else ""
        return (
            *self.definitions.expand_expression(key.expression, operator),
            f"{direction}{nulls}",
        )

    def _column_texts(self, columns: Iterable[str], operator: Operator) -> Text:
        return join_texts(self.definitions.expand_columns(columns, operator))


def _definition_suffix(column: Column, text: Text) -> Text:
    return () if text == (column.name,) else (" = ", *text)


def _deduplicated_columns(
    step: s.Deduplicate | s.Distinct, operator: Operator
) -> tuple[Column, ...]:
    """The columns of a deduplication of what does not stream."""
    if not isinstance(step, s.Deduplicate) or not step.columns:
        return operator.output.columns
    names = {name.casefold() for name in step.columns}
    return tuple(column for column in operator.output.columns if column.name.casefold() in names)


def _is_used(item: NamedExpression, used: ColumnNames) -> bool:
    """Whether a result is used, which Spark else does not compute."""
    return not item.names or any(name.casefold() in used for name in item.names)


def _is_random(name: str) -> bool:
    function = functions.find_function(name)
    return function is not None and not function.deterministic


def _key_shape(item: NamedExpression) -> str:
    """What Spark keeps of a grouping key: of a window that slides it is nullable."""
    text = "".join(part for part in item.expression.text if isinstance(part, str))
    return f"key {item.expression.type.sql} {_WINDOW.match(text) is not None and text.count(', ')}"


def _buffer_shape(item: NamedExpression) -> str:
    """What Spark keeps of an aggregate between two rows, as far as it can be told."""
    first = str(item.expression.text[0]).partition("(")[0].lower()
    sql = item.expression.type.sql
    return {"avg": f"sum of {sql}, count", "mean": f"sum of {sql}, count"}.get(first, sql)
