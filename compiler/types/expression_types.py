"""What is known of an expression, and what is said when there is no such expression."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from ssbt.compiler.types.datatypes import DataType, UnknownType

Scalar = bool | int | float | str | bytes | Decimal
# A tuple is an array.
Constant = Scalar | tuple[Scalar, ...]


class Typed(Struct, frozen=True, eq=False):
    """An expression's type and whether it can be null.

    `constant` is the value of a literal, where the caller knows it: Spark types `price * 2` and
    `round(price, 2)` by the number itself. `strength` tells of text how firmly its collation was
    chosen (`collation_strength.Strength`), None as that of a column. Neither counts when two Typed
    are compared.
    """

    type: DataType
    nullable: bool = True
    constant: Constant | None = None
    strength: int | None = None

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.type == other.type and self.nullable == other.nullable

    def __hash__(self) -> int:
        return hash((self.type, self.nullable))

    @property
    def is_unknown(self) -> bool:
        """Whether the type is not known."""
        return isinstance(self.type, UnknownType)


class Mismatch(Struct, frozen=True):
    """Why an operator or function does not take its operands.

    `reason` is a phrase for people, without a final stop ("`+` does not take STRING and DATE");
    `argument` is the place, from 0, of the operand at fault where it is a single one, and
    `expected` what that operand should have been ("a number"); `help` is the way out if known.
    `is_about_value` tells that not the type but the value of a constant is wrong.
    """

    reason: str
    argument: int | None = None
    expected: str | None = None
    help: str | None = None
    is_about_value: bool = False


Result = Typed | Mismatch
