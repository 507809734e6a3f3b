"""Whether nulls of a column come through the steps of a query.

Its type only says that they may: Spark takes every column that it reads for nullable, and a filter
does not change that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Named
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import NAME, Term

# Whether a source has nulls in a column, by its name; None where that is not known.
SourceNulls = Callable[[Source, str], bool | None]

_SAME_COLUMNS = (
    *(s.Alias, s.Deduplicate, s.Distinct, s.DropColumns, s.Limit, s.Offset, s.Sample, s.Sort),
    *(s.Watermark, Given),
)
_COMPARISONS = ("=", "<", ">", "<=", ">=", "!=", "<>", "between")


def may_be_null(operator: Operator, name: str, source: SourceNulls) -> bool | None:
    """Whether rows with a null in a column, named in lower case, come out; None if not known."""
    places = [
        place
        for place, column in enumerate(operator.output.columns)
        if column.name.casefold() == name
    ]
    if len(places) != 1:
        return None if places else False
    if not operator.output.columns[places[0]].nullable:
        return False
    step, inputs = operator.step, operator.inputs
    match step:
        case Source():
            return source(step, operator.output.columns[places[0]].name)
        case s.Filter(condition=condition):
            if condition.term is not None and _refuses_null(condition.term, name):
                return False
            return may_be_null(inputs[0], name, source)
        case s.RenameColumns(pairs=pairs):
            names = {new.casefold(): old.casefold() for old, new in pairs}
            return may_be_null(inputs[0], names.get(name, name), source)
        case s.Project(columns=named):
            return _may_be_made_null(inputs[0], named, name, source)
        case s.WithColumns(groups=groups):
            every = [each for group in groups for each in group]
            return _may_be_made_null(inputs[0], every, name, source)
        case s.Join(kind=kind):
            return _may_be_null_in_join(inputs, kind, name, source)
        case s.SetOperation(operator="union"):
            columns = (each.output.columns[places[0]].name.casefold() for each in inputs)
            pairs_ = zip(inputs, columns, strict=True)
            return _any_of(may_be_null(each, column, source) for each, column in pairs_)
    return may_be_null(inputs[0], name, source) if isinstance(step, _SAME_COLUMNS) else None


def _any_of(answers: Iterable[bool | None]) -> bool | None:
    known = [*answers]
    return True if True in known else None if None in known else False


def _may_be_null_in_join(
    inputs: tuple[Operator, ...], kind: str, name: str, source: SourceNulls
) -> bool | None:
    """The same of a join, which makes nulls of the side that may lack a row."""
    kept = {"left": inputs[:1], "right": inputs[1:], "full": ()}.get(kind, inputs)
    for each in kept:
        if any(column.name.casefold() == name for column in each.output.columns):
            return may_be_null(each, name, source)
    return True


def _may_be_made_null(
    before: Operator, named: Sequence[Named], name: str, source: SourceNulls
) -> bool | None:
    for each in reversed(named):
        if [every.casefold() for every in each.names] == [name]:
            plain = each.expression.column
            return None if plain is None else may_be_null(before, plain.casefold(), source)
    return may_be_null(before, name, source)


def _refuses_null(term: Term, name: str) -> bool:
    """Whether the condition is not true where the column is null."""
    if term.operator == "and":
        return any(_refuses_null(each, name) for each in term.operands)
    if term.operator == "or":
        return all(_refuses_null(each, name) for each in term.operands)
    if term.operator == "not":
        (inner,) = term.operands
        return inner.operator == "is null" and _is_name(inner.operands[0], name)
    return term.operator in _COMPARISONS and any(_is_name(each, name) for each in term.operands)


def _is_name(term: Term, name: str) -> bool:
    parts = term.value
    return term.operator == NAME and isinstance(parts, tuple) and parts[-1:] == (name,)
