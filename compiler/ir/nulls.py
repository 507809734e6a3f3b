"""Whether nulls of a column come through the steps of a query.

Its type only says that they may: Spark takes every column that it reads for nullable, and a filter
does not change that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.null_terms import (
    FIRST_NOT_NULL,
    first_names,
    is_null_literal,
    is_strict,
    null_branches,
    rejects_null,
)
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import CALL, NAME, Term

# Whether a source has nulls in a column, by its name; None where that is not known.
SourceNulls = Callable[[Source, str], bool | None]

# An answer, or the input and column that have it, with the answers of what else the column is.
_Trace: TypeAlias = bool | tuple[Operator, str, list[bool | None]] | None

# Terms within columns that they are made of: deeper ones are not known.
_DEEPEST = 100


class NullAnalysis:
    """What is known of the nulls of a pipeline's columns; each step is looked at once."""

    def __init__(self, source: SourceNulls, *, has_ansi: bool = False) -> None:
        self._source, self._has_ansi = source, has_ansi
        self._depth = 0
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

    def _trace_column(self, operator: Operator, name: str) -> _Trace:
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
                return _trace_filter(inputs[0], condition, name)
            case s.RenameColumns(pairs=pairs):
                names = {new.casefold(): old.casefold() for old, new in pairs}
                return inputs[0], names.get(name, name), []
            case s.Project(columns=items):
                return self._trace_items(inputs[0], (items,), name)
            case s.WithColumns(groups=groups):
                return self._trace_items(inputs[0], groups, name)
            case s.Join(kind=kind):
                return _trace_join(inputs, kind, name)
            case s.SetOperation(operator="union"):
                index = operator.output.columns.index(matches[0])
                first, *rest = _columns_at(index, inputs)
                return *first, [self.may_be_null(*each) for each in rest]
            case DatasetInput():
                return (inputs[0], name, []) if inputs else None
            case s.Alias() | s.Deduplicate() | s.Distinct() | s.DropColumns() | s.Limit():
                return inputs[0], name, []
            case s.Offset() | s.Sample() | s.Sort() | s.Watermark():
                return inputs[0], name, []
            case s.Aggregate() | s.SetOperation() | s.Pivot() | s.Unpivot() | s.Explode():
                return None
            case s.UseTransform() | s.ApplyFunction() | s.Stateful() | s.SqlQuery():
                return None

    def _trace_items(
        self, operator: Operator, groups: Sequence[tuple[NamedExpression, ...]], name: str
    ) -> _Trace:
        """A column that a step makes of its input; a group may use what those before it make."""
        for index in reversed(range(len(groups))):
            for item in reversed(groups[index]):
                if [every.casefold() for every in item.names] != [name]:
                    continue
                plain, term = item.expression.column, item.expression.term
                if plain is not None:
                    name = plain.rpartition(".")[2].strip("`").casefold()
                    break
                made_before = {n.casefold() for g in groups[:index] for i in g for n in i.names}
                if term is None or made_before & first_names(term):
                    return None
                return False if self.term_may_be_null(operator, term) is False else None
        return operator, name, []

    def term_may_be_null(self, operator: Operator, term: Term) -> bool | None:
        """Whether a term over the rows that an operator gives may be null; None if not known."""
        if not term.nullable or self._is_kept_out(operator, term):
            return False
        if is_null_literal(term):
            return True
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._operands_may_be_null(operator, term)
        finally:
            self._depth -= 1

    def _operands_may_be_null(self, operator: Operator, term: Term) -> bool | None:
        if term.operator == NAME and isinstance(term.value, tuple):
            if any(each.time_window for each in operator.output.find_columns(term.value[0])):
                return False
            name = _column_name(operator, term.value)
            return None if name is None else self.may_be_null(operator, name)
        operands: tuple[Term, ...] | None = term.operands
        if term.operator == CALL and getattr(term.value, "name", "") in FIRST_NOT_NULL:
            answers = [self.term_may_be_null(operator, each) for each in term.operands]
            return False if False in answers else _combine_answers(answers)
        if term.operator == "case":
            operands = null_branches(term)
        elif not (self._has_ansi and is_strict(term)):
            return True
        if operands is None:
            return True
        return _combine_answers(self.term_may_be_null(operator, each) for each in operands)

    def _is_kept_out(self, operator: Operator, term: Term) -> bool:
        """Whether a condition before lets no row pass in which the term is null."""
        names = first_names(term)
        if term.operator == NAME and isinstance(term.value, tuple):
            column = _column_name(operator, term.value)
            term = term if column is None else Term(NAME, (), (column,))
        while True:
            match operator.step:
                case s.Filter(condition=condition):
                    relation = operator.output
                    if condition.term is not None and rejects_null(condition.term, term, relation):
                        return True
                case s.WithColumns(groups=groups):
                    added = {n.casefold() for group in groups for i in group for n in i.names}
                    if added & names:
                        return False
                case s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.Sample():
                    pass
                case _:
                    return False
            operator = operator.inputs[0]


def _column_name(operator: Operator, parts: tuple[str, ...]) -> str | None:
    """The whole column that a name stands for; None for a field of one."""
    name = parts[-1]
    is_alone = len(parts) == 1
    columns = operator.output.find_columns(name)
    if not is_alone and not (len(parts) == 2 and len(columns) == 1):
        return None
    if not is_alone and operator.output.find_columns(parts[0]):
        return None
    return name


def _combine_answers(answers: Iterable[bool | None]) -> bool | None:
    values = [*answers]
    return True if True in values else None if None in values else False


def _columns_at(index: int, inputs: tuple[Operator, ...]) -> list[tuple[Operator, str]]:
    """The columns of a union's inputs that become one of its columns: by position."""
    return [(each, each.output.columns[index].name.casefold()) for each in inputs]


def _trace_filter(operator: Operator, condition: Expression, name: str) -> _Trace:
    """No null comes through a filter whose condition is not true of one."""
    column, relation = Term(NAME, (), (name,)), operator.output
    if condition.term is not None and rejects_null(condition.term, column, relation):
        return False
    return operator, name, []


def _trace_join(inputs: tuple[Operator, ...], kind: str, name: str) -> _Trace:
    """A join makes nulls of the side that may lack a row."""
    preserved = {"left": inputs[:1], "right": inputs[1:], "full": ()}.get(kind, inputs)
    for side in preserved:
        if side.output.find_columns(name):
            return side, name, []
    return True
