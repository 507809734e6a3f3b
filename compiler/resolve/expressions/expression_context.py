"""What expressions can refer to, and what is known of one without its parts' types."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import operators
from ssbt.compiler.types.datatypes import BOOLEAN, UNKNOWN, DataType
from ssbt.compiler.types.expression_types import Typed

NOT_KNOWN = Typed(UNKNOWN)


class ExpressionContext(Struct, frozen=True):
    """What expressions can refer to, and how they are typed.

    `parameters` are the types of the pipeline's parameters by lower-case name, `secrets` the names
    that are none because they are secrets. `masking` functions, in lower case, leave no personal
    data in their result. `hidden_keys` are the aliases of which Spark's `alias.*` has keys of a
    `join … using` that are no columns here; columns of an expression `in_transform` may be more
    than are known. `time_zone` is the session's, where it is given.
    """

    relation: Relation
    parameters: Mapping[str, tuple[str, DataType]]
    report: Report
    target: str = "4.1"
    ansi: bool = True
    legacy_formats: bool = False
    secrets: frozenset[str] = frozenset()
    masking: frozenset[str] = frozenset()
    hidden_keys: frozenset[str] = frozenset()
    in_transform: bool = False
    time_zone: str | None = None


def implicit_name(node: e.Expression) -> str | None:
    """The name that a value brings along into a struct: that of a column, a field or a key."""
    match node:
        case e.Parenthesised(operand=operand):
            return implicit_name(operand)
        case e.ColumnName(parts=parts):
            return parts[-1].text
        case e.Field(name=name) | e.VariantPath(name=name):
            return name.text
        case e.Subscript(index=e.StringLiteral(value=value)):
            return value
        case _:
            return None


def type_of_unknown_operands(operator: str, left: Typed, right: Typed) -> Typed:
    """What is known of `left operator right` where an operand is not known."""
    if operator in operators.COMPARISONS or operator in ("and", "or"):
        return Typed(BOOLEAN, operator != "<=>")
    return NOT_KNOWN


def grouping_key(name: str, qualifier: str | None) -> str:
    """What identifies a column among grouping keys."""
    return f"{(qualifier or '').casefold()}.{name.casefold()}"
