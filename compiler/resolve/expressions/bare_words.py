"""Words without quotes beside text: `status = PAID`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import SUGGESTIONS, Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types.datatypes import StringType
from ssbt.compiler.types.folding.dates import TRUNC_UNITS, UNITS
from ssbt.compiler.types.predicates import COMPARISONS
from ssbt.compiler.types.unit_names import meant_field, meant_unit

# The functions whose arguments are all of one kind.
_ONE_KIND = ("coalesce", "nvl", "ifnull", "nullif")
_TEXT_FUNCTIONS = (
    "upper",
    "lower",
    "trim",
    "ltrim",
    "rtrim",
    "initcap",
    "substring",
    "substr",
    "left",
    "right",
)
_FIELDS = (
    *("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
    *("dow", "doy", "dayofweek", "yearofweek"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Where these functions have a word, and which.
_WORDS: Mapping[str, tuple[int, frozenset[str]]] = {
    "date_part": (0, frozenset(_FIELDS)),
    "datepart": (0, frozenset(_FIELDS)),
    "date_trunc": (0, frozenset(unit.lower() for unit in UNITS)),
    "trunc": (1, frozenset(unit.lower() for unit in TRUNC_UNITS)),
    "next_day": (1, frozenset((*_DAYS, *(day[:3] for day in _DAYS)))),
}


_MEANT = {
    **dict.fromkeys(("date_part", "datepart"), meant_field),
    **dict.fromkeys(("date_trunc", "trunc"), meant_unit),
}


def find_words_beside_text(node: e.Expression, relation: Relation) -> Iterator[tuple[int, str]]:
    """The ids of names that are no columns, where text is compared or chosen, and their texts."""
    # Beside a literal, a word is a column in a comparison, and another literal among branches.
    literals = (e.StringLiteral,) if isinstance(node, e.Case) else ()
    for part, neighbors in _iterate_neighbors(node):
        candidate = _without_parentheses(part)
        if is_unknown_word(candidate, relation) and any(
            isinstance(neighbor, literals) or _is_text(neighbor, relation)
            for neighbor in map(_without_parentheses, neighbors)
        ):
            yield id(candidate), candidate.parts[0].text
    if isinstance(node, e.Call):
        yield from _units(node, relation)


def _units(node: e.Call, relation: Relation) -> Iterator[tuple[int, str]]:
    """`date_trunc(month, at)`: the name of a unit or a day where its text stands."""
    function = node.name.text.casefold()
    place, words = _WORDS.get(function, (0, frozenset()))
    if len(node.arguments) <= place:
        return
    word = _without_parentheses(node.arguments[place].value)
    if not is_unknown_word(word, relation):
        return
    name = word.parts[0].text
    meant = _MEANT[function](name) if function in _MEANT else None
    if name.casefold() in words:
        yield id(word), name
    elif meant in words:
        yield id(word), meant


def report_bare_word(node: e.ColumnName, meant: str, relation: Relation, report: Report) -> bool:
    """Report a name beside text as a string without its quotes, unless a column is near to it."""
    name = node.parts[0].text
    report.unknown_names += 1
    if (
        report.unknown_names > SUGGESTIONS
        or did_you_mean(name, [column.name for column in relation.columns]) is not None
    ):
        return False
    text = quote_string(meant)
    message, help_ = f"there is no column `{name}` here", f"did you mean the string {text}?"
    report.add(codes.UNKNOWN_COLUMN, node.span, message, help=help_, fix=(Edit(node.span, text),))
    return True


def _iterate_neighbors(node: e.Expression) -> Iterator[tuple[e.Expression, Sequence[e.Expression]]]:
    """The operands that may be words, each with those that tell by being text that it is one."""
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in COMPARISONS:
            yield from ((left, (right,)), (right, (left,)))
        case e.IsDistinctFrom(left=left, right=right):
            yield from ((left, (right,)), (right, (left,)))
        case e.InList(operand=operand, items=items):
            yield from ((item, (operand,)) for item in items)
        case e.Case(operand=operand, branches=branches, otherwise=otherwise):
            if operand is not None:
                yield from ((choice, (operand,)) for choice, _ in branches)
            values = [*(value for _, value in branches), *([otherwise] if otherwise else [])]
            yield from ((value, [v for v in values if v is not value]) for value in values)
        case e.Call(name=name, arguments=arguments) if name.text.casefold() in _ONE_KIND:
            yield from ((each.value, (arguments[0].value,)) for each in arguments[1:])


def _without_parentheses(node: e.Expression) -> e.Expression:
    while isinstance(node, e.Parenthesised):
        node = node.operand
    return node


def is_unknown_word(node: e.Expression, relation: Relation) -> TypeGuard[e.ColumnName]:
    """Whether this is a name without backticks that no column has."""
    if not isinstance(node, e.ColumnName) or len(node.parts) > 1 or relation.is_open:
        return False
    name = node.parts[0]
    # In backticks it was meant as a name.
    is_quoted = name.span.end - name.span.start != len(name.text)
    return not is_quoted and not relation.find_columns(name.text)


def _is_text(node: e.Expression, relation: Relation) -> bool:
    if isinstance(node, e.ColumnName):
        columns = relation.find_columns(node.parts[-1].text)
        return len(columns) == 1 and isinstance(columns[0].type, StringType)
    return isinstance(node, e.Call) and node.name.text.casefold() in _TEXT_FUNCTIONS
