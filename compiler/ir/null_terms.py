"""Where the nulls of a term come from, and which conditions keep them out."""

from __future__ import annotations

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.terms import CALL, LITERAL, NAME, CallForm, Term

_COMPARISONS = ("=", "<", ">", "<=", ">=", "!=", "<>", "between")
# Calls that give the first of their arguments that is not null.
FIRST_NOT_NULL = ("coalesce", "nvl", "ifnull")
# Null where an operand is, and only there: what cannot be computed stops the job.
_STRICT_OPERATORS = ("cast", "+", "-", "*", "negative", "field", "interval")
_STRICT_CALLS = frozenset(
    (
        *("to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz", "timestamp", "date_trunc"),
        *("timestamp_micros", "timestamp_millis", "timestamp_seconds", "from_utc_timestamp"),
        *("to_utc_timestamp", "make_timestamp", "make_timestamp_ltz", "make_timestamp_ntz"),
        *("timestampadd", "dateadd", "date_add", "date_sub", "to_date", "date", "window_time"),
        *("make_date", "convert_timezone", "add_months", "last_day", "lower", "upper", "trim"),
        *("concat", "substring", "substr", "replace", "regexp_replace", "left", "right"),
    )
)


def is_strict(term: Term) -> bool:
    """Whether a term is null only where one of its operands is, with ANSI mode."""
    if term.operator == CALL and isinstance(term.value, CallForm):
        return term.value.name in _STRICT_CALLS and term.value.window is None
    return term.operator in _STRICT_OPERATORS


def rejects_null(condition: Term, rejected: Term, relation: Relation) -> bool:
    """Whether a condition over the rows of a relation is not true where a term is null."""
    if condition.operator == "and":
        return any(rejects_null(each, rejected, relation) for each in condition.operands)
    if condition.operator == "or":
        return all(rejects_null(each, rejected, relation) for each in condition.operands)
    if condition.operator == "not":
        (inner,) = condition.operands
        return inner.operator == "is null" and is_same_term(inner.operands[0], rejected, relation)
    return condition.operator in _COMPARISONS and any(
        is_same_term(each, rejected, relation) for each in condition.operands
    )


def is_same_term(left: Term, right: Term, relation: Relation) -> bool:
    """Whether two terms are alike; in `left`, columns may have the name of their dataset."""
    if left.operator != right.operator:
        return False
    if left.value != right.value:
        names = left.value, right.value
        return left.operator == NAME and _is_same_name(*names, relation)
    return len(left.operands) == len(right.operands) and all(
        is_same_term(*pair, relation) for pair in zip(left.operands, right.operands, strict=True)
    )


def _is_same_name(left: object, right: object, relation: Relation) -> bool:
    """Whether a name is a column with the name of its dataset, and not a field of a column."""
    if not isinstance(left, tuple) or not isinstance(right, tuple) or len(right) != 1:
        return False
    return len(left) == 2 and left[1:] == right and not relation.find_columns(left[0])


def first_names(term: Term) -> set[str]:
    """The columns that a term is made of, by the first part of each name."""
    waiting, names = [term], set[str]()
    while waiting:
        current = waiting.pop()
        waiting += current.operands
        if current.operator == NAME and isinstance(current.value, tuple):
            names.add(str(current.value[0]))
    return names


def null_branches(term: Term) -> tuple[Term, ...] | None:
    """The values of which a `case` is one; None where none of them may hold, which is null."""
    if not len(term.operands) % 2:
        return None
    return (*term.operands[1::2], term.operands[-1])


def is_null_literal(term: Term) -> bool:
    """Whether a term is the word `null`."""
    return term.operator == LITERAL and term.value is None
