"""The columns that a pipeline names of a source whose schema Spark finds: it must have those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec import Struct

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, render_text
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import expressions, plans
from ssbt.compiler.ir.terms import NAME, walk_terms
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

_NAME = lazy_pattern(r"`((?:[^`]|``)*)`|([^\W\d]\w*)")


# Words that Spark takes for functions where no column is named so, and its own column of files.
_NO_COLUMNS = (
    *("current_date", "current_time", "current_timestamp"),
    *("current_user", "session_user", "user", "_metadata"),
)


class NamedColumn(Struct, frozen=True):
    """A column, or a field in it, that a pipeline names of a source without a schema.

    `silently` where Spark does nothing, and says nothing, if there is none.
    """

    parts: tuple[str, ...]
    span: Span
    silently: bool = False


class _Naming(Struct, frozen=True):
    """A name in a step: `parts` as they are written, of which the first may be an alias."""

    parts: tuple[str, ...]
    span: Span
    known: frozenset[str] = frozenset()
    silently: bool = False


class _Behind(Struct, frozen=True):
    """The sources by which a relation may have more columns than are known, all and by alias.

    `renamed` are names that such columns have got on the way.
    """

    sources: frozenset[str] = frozenset()
    aliases: Mapping[str, frozenset[str]] = {}
    renamed: frozenset[str] = frozenset()


def named_columns(pipeline: Pipeline) -> Mapping[str, tuple[NamedColumn, ...]]:
    """What a pipeline names of each source without a schema, each once, by the source's name.

    A name that may be a column of several such sources is left out.
    """
    if not any(isinstance(each, Source) and each.output.is_open for each in pipeline.datasets):
        return {}
    roots = plans(pipeline)
    by_source: dict[str, dict[tuple[str, ...], NamedColumn]] = {}
    behind: dict[int, _Behind] = {}
    done: set[int] = set()
    for root in roots.values():
        for each in walk_operators(root, attrgetter("inputs"), done):
            behind[id(each)] = _behind(each, behind)
            for naming in _namings(each.step):
                _add(by_source, each, naming, behind)
            if isinstance(each.step, s.Join):
                sides = [Operator(each.step, (input_,), each.output) for input_ in each.inputs]
                for naming in _of_texts(each.step.using, each.step.span):
                    for side in sides:
                        _add(by_source, side, naming, behind)
    for sink in pipeline.sinks:
        root = roots[sink.dataset]
        end = Operator(root.step, (root,), root.output)
        for column in (column for each in sink.settings.settings for column in each.columns):
            _add(by_source, end, _Naming((column.name,), column.span), behind)
    return {name: tuple(columns.values()) for name, columns in by_source.items()}


def _behind(each: Operator, behind: Mapping[int, _Behind]) -> _Behind:
    if not each.output.is_open:
        return _Behind()
    if isinstance(each.step, Source):
        return _Behind(frozenset((each.step.name,)))
    input_ = _flowing(each, behind)
    if isinstance(each.step, s.Alias):
        return _Behind(input_.sources, {each.step.alias.casefold(): input_.sources}, input_.renamed)
    if isinstance(each.step, s.RenameColumns):
        new = frozenset(new.casefold() for _, new in each.step.pairs)
        return _Behind(input_.sources, input_.aliases, input_.renamed | new)
    return input_


def _flowing(each: Operator, behind: Mapping[int, _Behind]) -> _Behind:
    """The same of everything that flows into an operator."""
    inputs = [behind[id(one)] for one in each.inputs]
    sources = frozenset[str]().union(*(one.sources for one in inputs))
    aliases: dict[str, frozenset[str]] = {}
    for alias, one in zip(each.aliases or ("",) * len(inputs), inputs, strict=False):
        for name, of_alias in (*one.aliases.items(), (alias.casefold(), one.sources)):
            aliases[name] = aliases.get(name, frozenset()) | of_alias
    return _Behind(sources, aliases, frozenset[str]().union(*(one.renamed for one in inputs)))


def _add(
    named_columns: dict[str, dict[tuple[str, ...], NamedColumn]],
    each: Operator,
    naming: _Naming,
    behind: Mapping[int, _Behind],
) -> None:
    """Take a name for a column of the one source that it can be of."""
    parts = naming.parts
    every = [column for input_ in each.inputs for column in input_.output.columns]
    flowing = _flowing(each, behind)
    sources, of_alias = flowing.sources, flowing.aliases
    first = parts[0].casefold()
    if len(parts) > 1 and first in of_alias:
        every = [column for column in every if (column.qualifier or "").casefold() == first]
        parts, sources = parts[1:], of_alias[first]
    elif len(parts) > 1 and any((column.qualifier or "").casefold() == first for column in every):
        return
    name = parts[0].casefold()
    is_known = name in naming.known | flowing.renamed or any(
        column.name.casefold() == name for column in every
    )
    if not is_known and name not in _NO_COLUMNS and len(sources) == 1:
        columns = named_columns.setdefault(next(iter(sources)), {})
        key = tuple(part.casefold() for part in parts)
        columns.setdefault(key, NamedColumn(parts, naming.span, naming.silently))


def _namings(step: s.Step | Source | DatasetInput) -> Iterator[_Naming]:
    """Every column that a step names, of what flows into it."""
    match step:
        case s.WithColumns():
            added: set[str] = set()
            for group in step.groups:
                yield from _of_expressions((each.expression for each in group), frozenset(added))
                added |= {name.casefold() for each in group for name in each.names}
        case s.Watermark() | s.Pivot():
            yield from _of_texts((step.column,), step.span)
            yield from _of_expressions(expressions(step))
        case s.Deduplicate():
            yield from _of_texts(step.columns, step.span)
        case s.DropColumns():
            yield from _of_texts(step.columns, step.span, silently=True)
        case s.RenameColumns():
            yield from _of_texts((old for old, _ in step.pairs), step.span, silently=True)
        case s.Unpivot():
            old = {new: before for before, new in step.renames}
            columns = (old.get(name, name) for name in step.columns)
            yield from _of_texts((*step.ids, *columns), step.span)
        case s.Stateful():
            yield from _of_texts(step.keys, step.span)
        case Source() | DatasetInput():
            pass
        case s.Join() | s.Filter() | s.Project() | s.Aggregate() | s.Sort() | s.Explode():
            yield from _of_expressions(expressions(step))
        case s.SqlQuery() | s.ApplyFunction() | s.UseTransform() | s.SetOperation():
            pass
        case s.Distinct() | s.Limit() | s.Offset() | s.Sample() | s.Alias():
            pass


def _of_texts(names: Iterable[str], span: Span, *, silently: bool = False) -> Iterator[_Naming]:
    """Names as Spark finds them, backticks and all; those of fields and aliases have a dot."""
    for name in names:
        parts = tuple((a.replace("``", "`") or b) for a, b in _NAME.findall(name))
        if parts:
            yield _Naming(parts, span, silently=silently)


def _of_expressions(
    every: Iterable[Expression], earlier: frozenset[str] = frozenset()
) -> Iterator[_Naming]:
    for each in every:
        if each.term is None:
            if each.column is not None:
                yield from _of_texts((each.column,), each.span)
            continue
        spelt = {
            (a.replace("``", "`") or b).casefold(): a.replace("``", "`") or b
            for a, b in _NAME.findall(render_text(each.text))
        }
        for term in walk_terms(each.term):
            if term.operator == NAME and isinstance(term.value, tuple):
                parts = tuple(spelt.get(str(part), str(part)) for part in term.value)
                yield _Naming(parts, each.span, earlier)
