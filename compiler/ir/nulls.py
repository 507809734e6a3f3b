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

_COMPARISONS = ("=", "<", ">", "<=", ">=", "!=", "<>", "between")


class NullFlow:
    """What is known of the nulls of a pipeline's columns; each step is looked at once."""

    def __init__(self, source: SourceNulls) -> None:
        self._source = source
        # Operators are kept with their answers, so that an id stays that of one.
        self._known: dict[tuple[int, str], tuple[Operator, bool | None]] = {}

    def may_be_null(self, operator: Operator, name: str) -> bool | None:
        """Whether rows with a null in a column, named in lower case, come out; None if not known.

        A loop, not recursion: a query may have thousands of steps.
        """
        passed: list[tuple[Operator, str, list[bool | None]]] = []
        while True:
            known = self._known.get((id(operator), name))
            if known is not None:
                answer = known[1]
                break
            step = self._step(operator, name)
            if not isinstance(step, tuple):
                self._known[id(operator), name] = operator, step
                answer = step
                break
            before, column, others = step
            passed.append((operator, name, others))
            operator, name = before, column
        for each, column, others in reversed(passed):
            answer = _any_of((answer, *others))
            self._known[id(each), column] = each, answer
        return answer

    def _step(
        self, operator: Operator, name: str
    ) -> bool | tuple[Operator, str, list[bool | None]] | None:
        """The answer, or where the column comes from, and the answers of what else it is."""
        named = operator.output.named(name)
        if len(named) != 1:
            return None if named else False
        if not named[0].nullable:
            return False
        step, inputs = operator.step, operator.inputs
        match step:
            case Source():
                return self._source(step, named[0].name)
            case s.Filter(condition=condition):
                refuses = condition.term is not None and _refuses_null(condition.term, name)
                return False if refuses else (inputs[0], name, [])
            case s.RenameColumns(pairs=pairs):
                names = {new.casefold(): old.casefold() for old, new in pairs}
                return inputs[0], names.get(name, name), []
            case s.Project(columns=made):
                return _made_from(inputs[0], made, name)
            case s.WithColumns(groups=groups):
                return _made_from(inputs[0], [each for group in groups for each in group], name)
            case s.Join(kind=kind):
                return _joined(inputs, kind, name)
            case s.SetOperation(operator="union"):
                place = operator.output.columns.index(named[0])
                first, *rest = [
                    (each, each.output.columns[place].name.casefold()) for each in inputs
                ]
                return *first, [self.may_be_null(*each) for each in rest]
            case s.Alias() | s.Deduplicate() | s.Distinct() | s.DropColumns() | s.Limit() | Given():
                return (inputs[0], name, []) if inputs else None
            case s.Offset() | s.Sample() | s.Sort() | s.Watermark():
                return inputs[0], name, []
            case s.Aggregate() | s.SetOperation() | s.Pivot() | s.Unpivot() | s.Explode():
                return None
            case s.UseTransform() | s.ApplyFunction() | s.Stateful() | s.SqlQuery():
                return None


def _any_of(answers: Iterable[bool | None]) -> bool | None:
    known = [*answers]
    return True if True in known else None if None in known else False


def _joined(
    inputs: tuple[Operator, ...], kind: str, name: str
) -> bool | tuple[Operator, str, list[bool | None]]:
    """A join makes nulls of the side that may lack a row."""
    kept = {"left": inputs[:1], "right": inputs[1:], "full": ()}.get(kind, inputs)
    for each in kept:
        if each.output.named(name):
            return each, name, []
    return True


def _made_from(
    before: Operator, named: Sequence[Named], name: str
) -> tuple[Operator, str, list[bool | None]] | None:
    for each in reversed(named):
        if [every.casefold() for every in each.names] == [name]:
            plain = each.expression.column
            return None if plain is None else (before, plain.casefold(), [])
    return before, name, []


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
