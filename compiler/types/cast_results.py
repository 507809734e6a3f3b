"""What casts give: their types, and whether their results may be null."""

from __future__ import annotations

from ssbt.compiler.types.casts import (
    can_cast,
    can_try_cast,
    can_up_cast,
    expression_type,
    force_nullable,
)
from ssbt.compiler.types.datatypes import (
    BinaryType,
    DataType,
    DecimalType,
    IntegralType,
    StringType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed


def infer_cast(operand: Typed, target: DataType, ansi: bool = True) -> Typed | Mismatch:
    """The type of `cast(operand as target)`."""
    target = expression_type(target)
    if not can_cast(operand.type, target, ansi):
        return _cast_mismatch(operand, target, ansi)
    return Typed(target, operand.nullable or force_nullable(operand.type, target))


def infer_try_cast(operand: Typed, target: DataType) -> Typed | Mismatch:
    """The type of `try_cast(operand as target)`, which is null where the cast fails."""
    target = expression_type(target)
    if not can_try_cast(operand.type, target):
        return _cast_mismatch(operand, target, ansi=True)
    match operand.type, target:
        case (StringType(), BinaryType()):
            lossless = True
        case (DecimalType(), IntegralType()):
            lossless = False
        case _:
            lossless = can_up_cast(operand.type, target)
    return Typed(target, operand.nullable or not lossless)


def _cast_mismatch(operand: Typed, target: DataType, ansi: bool) -> Mismatch:
    advice = None
    if ansi and can_cast(operand.type, target, ansi=False):
        advice = "only a pipeline with `spark.sql.ansi.enabled = false` allows this cast"
    return Mismatch(f"{operand.type} cannot be cast to {target}", 0, help=advice)
