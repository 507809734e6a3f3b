"""The parts of single steps: what of each decides about the state, down to columns of sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
import re

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import Named, ParameterText, SortKey, Text
from ssbt.compiler.ir.fingerprints.code import content
from ssbt.compiler.ir.fingerprints.dependences import Kind
from ssbt.compiler.ir.fingerprints.meanings import NO_MEANING, Meanings, together
from ssbt.compiler.ir.fingerprints.parts import Part, listed
from ssbt.compiler.ir.fingerprints.used import Names, is_generator
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types import functions

_WINDOW = re.compile(r"window\s*\(", re.IGNORECASE)
# Beyond it, an expression is shown as it was written: some double with every step.
_LONGEST = 2_000
_EQUALITY = re.compile(r"(?:^|(?<= and ))[\w.`]+ = [\w.`]+(?= and |$)")


class StepParts:
    """Makes the parts of operators below `root`; `used` are the columns used behind each.

    Long texts are cut and told apart by a hash, unless they are `whole`, for people.
    """

    def __init__(
        self, used: dict[int, Names], pipeline: Pipeline, root: Operator, *, whole: bool = False
    ) -> None:
        self.used, self._whole = used, whole
        self.meanings = Meanings(root)
        self.connections = {each.name.casefold(): each for each in pipeline.connections}
        self._modules = {each.name: each for each in pipeline.modules}

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(_LONGEST, whole=True) if self._whole else Definitions()

    def of(self, each: Operator) -> Iterator[Part]:
        """The parts of one that rows come through on their way to state, or that keeps it."""
        step = each.step
        match step:
            case s.Filter():
                text = self.definitions.text(step.condition, each)
                yield Part(Kind.FILTER, text, (), step.span, meaning=self.meanings.conditions(each))
            case s.Watermark():
                column = self._columns((step.column,), each)
                meaning = together([self.meanings.columns((step.column,), each)], step.delay)
                text = (*column, f", {step.delay}")
                yield Part(Kind.WATERMARK, text, (), step.span, meaning=meaning)
            case s.Aggregate() | s.Pivot():
                if step.aggregates:
                    yield self._aggregate(step, each)
                else:
                    yield self._unique(each, each.output.columns)
            case s.Join() if each.stateful:
                yield from self._join(step, each)
            case s.Join():
                text = self.matching(step, each)
                meaning = together([self.meanings.conditions(each)], step.kind)
                yield Part(Kind.LOOKUP, text, (), step.span, meaning=meaning)
            case s.Limit() | s.Offset():
                count = step.count if isinstance(step.count, ParameterText) else str(step.count)
                text = (count,) if isinstance(step, s.Limit) else ("all but ", count)
                yield Part(Kind.LIMIT, text, (), step.span)
            case s.SqlQuery():
                yield Part(Kind.CODE, (" ".join(step.text.split()),), (), step.span)
                yield from self._rows(each)
            case s.ApplyFunction():
                yield Part(Kind.CODE, (f"{step.module}.{step.function}",), (), step.span)
                yield from self._content(step.module, each)
                yield from self._rows(each)
            case s.Stateful():
                yield from self._stateful(step, each)
            case s.Explode():
                text = self.definitions.text(step.expression, each)
                meaning = together([self.meanings.expression(step.expression, each)], step.function)
                text = (f"{step.function}(", *text, ")")
                yield Part(Kind.EXPLODE, text, (), step.span, meaning=meaning)
            case s.Unpivot():
                yield self._unpivot(step, each)
            case s.SetOperation():
                kept = " all" if step.all else ""
                yield Part(Kind.UNION, (f"{step.operator}{kept}",), (), step.span)
                if each.distinct_columns is not None:
                    yield self._unique(each, each.distinct_columns)
            case s.Sample():
                again = " with replacement" if step.replacement else ""
                text = (f"{step.fraction}{again}, seed {step.seed}",)
                yield Part(Kind.SAMPLE, text, (), step.span)
            case s.Sort():
                keys = (self._sort_key(key, each) for key in step.keys)
                meaning = together(
                    (self.meanings.expression(key.expression, each) for key in step.keys),
                    *(f"{key.descending} {key.nulls}" for key in step.keys),
                )
                yield Part(Kind.ORDER, listed(keys), (), step.span, meaning=meaning)
            case s.Project() | s.WithColumns():
                yield from self._computed(step, each)
                if isinstance(step, s.Project) and step.distinct:
                    yield self._unique(each, each.output.columns)
            case s.Deduplicate() | s.Distinct():
                yield self._unique(each, each.distinct_columns or _deduplicated(step, each))
            case Source() | Given() | s.UseTransform():
                pass
            case s.DropColumns() | s.RenameColumns() | s.Alias():
                # What is computed of the columns follows them to their definitions.
                pass

    def matching(self, step: s.Join, each: Operator) -> Text:
        """The kind of a join and how its rows are matched."""
        if step.condition is not None:
            return (f"{step.kind} on ", *self.definitions.text(step.condition, each))
        columns = self._columns(step.using, each)
        return (f"{step.kind} using ", *columns) if step.using else (step.kind,)

    def _aggregate(self, step: s.Aggregate | s.Pivot, each: Operator) -> Part:
        text_of, used = self.definitions.text, self.used[id(each)]
        items = [item for item in step.aggregates if isinstance(step, s.Pivot) or _is(item, used)]
        keys = [text_of(key.expression, each) for key in step.keys]
        results = [text_of(item.expression, each) for item in items]
        text = (*listed(results), *((" by ", *listed(keys)) if keys else ()))
        form: Text = ()
        if isinstance(step, s.Pivot):
            values = ", ".join(map(repr, step.values))
            form = (" for ", *self._columns((step.column,), each), f" in ({values})")
        elif step.form:
            form = (f" ({step.form} {step.sets})",)
        shape = (*map(_key, step.keys), *map(_buffer, items))
        every = [item.expression for item in (*items, *step.keys)]
        meaning: Text = NO_MEANING
        if isinstance(step, s.Aggregate):
            words = f"{len(items)} {step.form} {step.sets}"
            meaning = together([self.meanings.all(every, each)], words)
        return Part(Kind.AGGREGATE, (*text, *form), shape, step.span, meaning=meaning)

    def _stateful(self, step: s.Stateful, each: Operator) -> Iterator[Part]:
        """The processor and its keys, what it gets, then what it keeps."""
        yield Part(Kind.CODE, (f"{step.module}.{step.processor}",), (), step.span)
        yield from self._content(step.module, each)
        yield from self._rows(each)
        columns = {column.name: column for column in each.inputs[0].output.columns}
        types = tuple(columns[name].type.sql for name in step.keys if name in columns)
        meaning = self.meanings.columns(step.keys, each)
        keys = self._columns(step.keys, each)
        yield Part(Kind.KEYS, keys, types, step.span, meaning=meaning)
        yield Part(Kind.TIMERS, (step.time_mode.value,), (), step.span)
        for variable in sorted(step.variables, key=lambda each: each.name):
            text = f"{step.processor}.{variable.described}"
            yield Part(Kind.STATE, (text,), variable.shape, variable.span)

    def _content(self, name: str, each: Operator) -> Iterator[Part]:
        module = self._modules.get(name)
        if module is not None:
            yield Part(Kind.CONTENT, (content(module),), (), each.step.span)

    def _rows(self, each: Operator) -> Iterator[Part]:
        """All that code of the user's gets, by name: it may use any of it."""
        for given in each.inputs:
            texts = (
                (f"{column.name} {column.type.sql}", *_unless_named(column, known.text))
                for known in self.definitions.of(given)
                for column in (known.column,)
            )
            columns = [known.column for known in self.definitions.of(given)]
            meaning = together(
                [self.meanings.outputs(columns, given)],
                *(f"{column.name} {column.type.sql}" for column in columns),
            )
            yield Part(Kind.ROWS, listed(texts), (), each.step.span, meaning=meaning)

    def _unpivot(self, step: s.Unpivot, each: Operator) -> Part:
        old = {new.casefold(): old for old, new in step.renames}
        named = [(name, old.get(name.strip("`").casefold(), name)) for name in step.columns]
        texts = ((f"{name} = ", *self._columns((given,), each)) for name, given in named)
        nulls = " with nulls" if step.include_nulls else ""
        return Part(Kind.UNPIVOT, (*listed(texts), nulls), (), step.span)

    def _computed(self, step: s.Project | s.WithColumns, each: Operator) -> Iterator[Part]:
        """Of expressions those that make rows, or look at the rows around theirs."""
        groups = step.groups if isinstance(step, s.WithColumns) else (step.columns,)
        for item in (item for group in groups for item in group):
            text = self.definitions.text(item.expression, each)
            meaning = self.meanings.expression(item.expression, each)
            if is_generator(item):
                yield Part(Kind.EXPLODE, text, (), item.expression.span, meaning=meaning)
            elif any(call.windowed or _is_random(call.name) for call in item.expression.calls):
                yield Part(Kind.COMPUTED, text, (), item.expression.span, meaning=meaning)

    def _unique(self, each: Operator, columns: tuple[Column, ...]) -> Part:
        step = each.step
        within = isinstance(step, s.Deduplicate) and step.within_watermark
        if isinstance(step, s.Deduplicate) and step.columns:
            # The order in which they are named is the one in which Spark keeps them.
            names = [name.casefold() for name in step.columns]
            columns = tuple(sorted(columns, key=lambda column: names.index(column.name.casefold())))
        known = {id(each.column): each.text for each in self.definitions.of(each)}
        text = listed([known[id(column)] for column in columns])
        flavour = " within watermark" if within else ""
        types = (column.type.sql for column in columns)
        meaning = together([self.meanings.outputs(columns, each)], flavour)
        shape = (flavour, *types)
        return Part(Kind.DEDUPLICATE, (*text, flavour), shape, step.span, meaning=meaning)

    def _join(self, step: s.Join, each: Operator) -> Iterator[Part]:
        """The kind and the keys, by which Spark keeps rows, the rest, and what is kept of rows."""
        matching = self.matching(step, each)
        if step.condition is None:
            yield Part(Kind.JOIN, matching, (), step.span)
        else:
            condition = self.definitions.text(step.condition, each)
            plain = "".join(part for part in condition if isinstance(part, str))
            keys = _EQUALITY.findall(plain)
            text: Text = (f"{step.kind} on {' and '.join(keys)}",)
            meaning = together([self.meanings.equalities(each)], step.kind)
            yield Part(Kind.JOIN, text, (), step.span, meaning=meaning)
            if condition != (" and ".join(keys),):
                meaning = self.meanings.conditions(each)
                yield Part(Kind.BOUND, condition, (), step.span, meaning=meaning)
        for given in each.inputs:
            used = self.used[id(given)]
            known = [
                each for each in self.definitions.of(given) if each.column.name.casefold() in used
            ]
            types = tuple(each.column.type.sql for each in known)
            meaning = self.meanings.outputs([each.column for each in known], given)
            text_of_kept = listed([each.text for each in known])
            yield Part(Kind.KEPT, text_of_kept, types, step.span, meaning=meaning)

    def _sort_key(self, key: SortKey, each: Operator) -> Text:
        nulls = f" nulls {key.nulls}" if key.nulls else ""
        direction = " desc" if key.descending else ""
        return (*self.definitions.text(key.expression, each), f"{direction}{nulls}")

    def _columns(self, columns: Iterable[str], each: Operator) -> Text:
        return listed(self.definitions.columns(columns, each))


def _unless_named(column: Column, text: Text) -> Text:
    return () if text == (column.name,) else (" = ", *text)


def _deduplicated(step: s.Deduplicate | s.Distinct, each: Operator) -> tuple[Column, ...]:
    """The columns of a deduplication of what does not stream."""
    if not isinstance(step, s.Deduplicate) or not step.columns:
        return each.output.columns
    names = {name.casefold() for name in step.columns}
    return tuple(column for column in each.output.columns if column.name.casefold() in names)


def _is(item: Named, used: Names) -> bool:
    """Whether a result is used, which Spark else does not compute."""
    return not item.names or any(name.casefold() in used for name in item.names)


def _is_random(name: str) -> bool:
    function = functions.find(name)
    return function is not None and not function.deterministic


def _key(item: Named) -> str:
    """What Spark keeps of a grouping key: of a window that slides it is nullable."""
    text = "".join(part for part in item.expression.text if isinstance(part, str))
    return f"key {item.expression.type.sql} {_WINDOW.match(text) is not None and text.count(', ')}"


def _buffer(item: Named) -> str:
    """What Spark keeps of an aggregate between two rows, as far as it can be told."""
    first = str(item.expression.text[0]).partition("(")[0].lower()
    sql = item.expression.type.sql
    return {"avg": f"sum of {sql}, count", "mean": f"sum of {sql}, count"}.get(first, sql)
