"""Trees of what has none: plain columns that the compiler named itself."""

from __future__ import annotations

from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.terms import LITERAL, NAME, Term
from ssbt.compiler.patterns import lazy_pattern

_PART = lazy_pattern(r"`((?:[^`]|``)*)`|([^.`]+)")


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name as it stands in SQL, in lower case."""
    return tuple((a.replace("``", "`") or b).casefold() for a, b in _PART.findall(name))


def term_of(expression: Expression) -> Term:
    """The tree of an expression, also of a plain column that the compiler named itself."""
    if expression.term is not None:
        return expression.term
    if expression.column is None:
        return Term(LITERAL, (), ("text", expression.text), expression.type)
    return Term(NAME, (), parts_of(expression.column), expression.type, expression.nullable)
