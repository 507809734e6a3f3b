"""Whether nulls of a column come through the steps of a query.

Its type only says that they may: Spark takes every column that it reads for nullable, and a filter
does not change that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import NAME, Term

# Whether a source has nulls in a column, by its name; None where that is not known.
SourceNulls = Callable[[Source, str], bool | None]

_COMPARISONS = ("=", "<", ">", "<=", ">=", "!=", "<>", "between")


class NullAnalysis:
    """What is known of the nulls of a pipeline's columns; each step is looked at once."""

    def __init__(self, source: SourceNulls) -> None:
        self._source = source
        # Operators are kept with their answers, so that an id stays that of one.
        self._answers: dict[tuple[int, str], tuple[Operator, bool | None]] = {}

    def may_be_null(self, operator: Operator, name: str) -> bool | None:
        """Whether rows with a null in a column, named in lower case, come out; None if not known.

        A loop, not recursion: a query may have thousands of steps.
        """
        passed: list[tuple[Operator, str, list[bool | None]]] = []
        while True:
            cached = self._answers.get((id(operator), name))
            if cached is not None:
                answer = cached[1]
                break
            step = self._trace_column(operator, name)
            if not isinstance(step, tuple):
                self._answers[id(operator), name] = operator, step
                answer = step
                break
            input_operator, column, other_answers = step
            passed.append((operator, name, other_answers))
            operator, name = input_operator, column
        for each, column, other_answers in reversed(passed):
            answer = _combine_answers((answer, *other_answers))
            self._answers[id(each), column] = each, answer
        return answer

    def _trace_column(
        self, operator: Operator, name: str
    ) -> bool | tuple[Operator, str, list[bool | None]] | None:
        """The answer, or where the column comes from, and the answers of what else it is."""
        matches = operator.output.find_columns(name)
        if len(matches) != 1:
            return None if matches else False
        if not matches[0].nullable:
            return False
        step, inputs = operator.step, operator.inputs
        match step:
            case Source():
                return self._source(step, matches[0].name)
            case s.Filter(condition=condition):
                refuses = condition.term is not None and _rejects_null(condition.term, name)
                return False if refuses else (inputs[0], name, [])
            case s.RenameColumns(pairs=pairs):
                names = {new.casefold(): old.casefold() for old, new in pairs}
                return inputs[0], names.get(name, name), []
            case s.Project(columns=items):
                return _trace_items(inputs[0], items, name)
            case s.WithColumns(groups=groups):
                return _trace_items(inputs[0], [each for group in groups for each in group], name)
            case s.Join(kind=kind):
                return _trace_join(inputs, kind, name)
            case s.SetOperation(operator="union"):
                index = operator.output.columns.index(matches[0])
                first, *rest = [
                    (each, each.output.columns[index].name.casefold()) for each in inputs
                ]
                return *first, [self.may_be_null(*each) for each in rest]
            case (
                s.Alias()
                | s.Deduplicate()
                | s.Distinct()
                | s.DropColumns()
                | s.Limit()
                | DatasetInput()
            ):
                return (inputs[0], name, []) if inputs else None
            case s.Offset() | s.Sample() | s.Sort() | s.Watermark():
                return inputs[0], name, []
            case s.Aggregate() | s.SetOperation() | s.Pivot() | s.Unpivot() | s.Explode():
                return None
            case s.UseTransform() | s.ApplyFunction() | s.Stateful() | s.SqlQuery():
                return None


def _combine_answers(answers: Iterable[bool | None]) -> bool | None:
    values = [*answers]
    return True if True in values else None if None in values else False


def _trace_join(
    inputs: tuple[Operator, ...], kind: str, name: str
) -> bool | tuple[Operator, str, list[bool | None]]:
    """A join makes nulls of the side that may lack a row."""
    preserved = {"left": inputs[:1], "right": inputs[1:], "full": ()}.get(kind, inputs)
    for side in preserved:
        if side.output.find_columns(name):
            return side, name, []
    return True


def _trace_items(
    input_operator: Operator, items: Sequence[NamedExpression], name: str
) -> tuple[Operator, str, list[bool | None]] | None:
    for item in reversed(items):
        if [every.casefold() for every in item.names] == [name]:
            plain = item.expression.column
            return None if plain is None else (input_operator, plain.casefold(), [])
    return input_operator, name, []


def _rejects_null(term: Term, name: str) -> bool:
    """Whether the condition is not true where the column is null."""
    if term.operator == "and":
        return any(_rejects_null(each, name) for each in term.operands)
    if term.operator == "or":
        return all(_rejects_null(each, name) for each in term.operands)
    if term.operator == "not":
        (inner,) = term.operands
        return inner.operator == "is null" and _is_name(inner.operands[0], name)
    return term.operator in _COMPARISONS and any(_is_name(each, name) for each in term.operands)


def _is_name(term: Term, name: str) -> bool:
    parts = term.value
    return term.operator == NAME and isinstance(parts, tuple) and parts[-1:] == (name,)
