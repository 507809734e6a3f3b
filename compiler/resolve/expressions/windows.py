"""`over (…)`: what may stand there, and which function takes which frame, as Spark checks it."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes.windows import BAD_WINDOW
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.report import UNORDERED_HELP
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import casts
from ssbt.compiler.types.datatypes import (
    INT,
    ByteType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    IntegerType,
    NumericType,
    ShortType,
    TimestampNTZType,
    TimestampType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expression_types import Constant, Typed
from ssbt.compiler.types.functions import Function, FunctionKind
from ssbt.compiler.types.operators import is_orderable

# Functions that see all rows of their partition, so that no order or frame makes sense.
_WHOLE_PARTITION = ("median", "percentile_cont", "percentile_disc")
_LISTS = ("listagg", "string_agg")
_NO_FRAME = ("lag", "lead")
_ANY_FRAME = "nth_value"
_BOUND_STEPS = {"unbounded preceding": -2, "current row": 0, "unbounded following": 2}
_INTERVALS = (CalendarIntervalType, YearMonthIntervalType, DayTimeIntervalType)


def check_window(
    typer: ExpressionTyper, node: e.Call, window: e.Window, function: Function
) -> None:
    """Type the parts of a window and report what Spark refuses in it."""
    was_inside, typer.inside_window = typer.inside_window, True
    for part in window.partition:
        _check_orderable(typer, part, typer.infer_type(part), "as a key of a window")
    keys = [typer.infer_type(key.value) for key in window.order]
    for key, value in zip(window.order, keys, strict=True):
        _check_orderable(typer, key.value, value, "to sort by")
    if window.frame is not None:
        _check_frame(typer, window.frame, keys)
    typer.inside_window = was_inside
    _check_function(typer, node, window, function)


def _check_orderable(typer: ExpressionTyper, node: e.Expression, value: Typed, usage: str) -> None:
    if not is_orderable(value.type):
        message = f"{value.type.sql} cannot be used {usage}"
        typer.report_mistake(codes.TYPE_MISMATCH, node.span, message, help=UNORDERED_HELP)


def _check_function(
    typer: ExpressionTyper, node: e.Call, window: e.Window, function: Function
) -> None:
    """Report an order or a frame that the function lacks or does not take."""
    name = function.name
    if node.distinct:
        message = "`distinct` cannot stand in a function over a window"
        typer.report_mistake(BAD_WINDOW, node.span, message)
    if node.filter is not None and function.kind is FunctionKind.AGGREGATE:
        message = "`filter` cannot stand in a function over a window"
        help_ = f"choose the rows inside: `{name}(case when … then … end) over (…)`"
        typer.report_mistake(BAD_WINDOW, node.filter.span, message, help=help_)
    whole = name in _WHOLE_PARTITION or (name in _LISTS and node.within_group)
    if whole and (window.order or window.frame):
        message = f"`{name}` is computed over the whole partition: no `order by` and no frame"
        typer.report_mistake(BAD_WINDOW, window.span, message)
    if function.kind is not FunctionKind.WINDOW:
        return
    if not window.order:
        message = f"`{name}` depends on the order of the rows, and the window has none"
        help_ = "add `order by …` to the window"
        typer.report_mistake(BAD_WINDOW, window.span, message, help=help_)
    elif window.frame is not None and name in _NO_FRAME:
        message = f"`{name}` has a frame of its own"
        typer.report_mistake(BAD_WINDOW, window.frame.span, message, help="remove the frame")
    elif (
        window.frame is not None
        and name != _ANY_FRAME
        and not _is_default_frame(window.frame, name)
    ):
        message = f"`{name}` has a frame of its own, and this is another"
        typer.report_mistake(BAD_WINDOW, window.frame.span, message, help="remove the frame")


def _is_default_frame(frame: e.Frame, name: str) -> bool:
    """Whether a frame is the one that Spark computes this function over anyway."""
    unit = "range" if name == "cume_dist" else "rows"
    end = frame.end.side if frame.end is not None else "current row"
    return (frame.unit, frame.start.side, end) == (unit, "unbounded preceding", "current row")


def _check_frame(typer: ExpressionTyper, frame: e.Frame, keys: list[Typed]) -> None:
    bounds = [bound for bound in (frame.start, frame.end) if bound is not None]
    offsets = [_type_offset(typer, frame, bound, keys) for bound in bounds]
    if frame.unit == "range" and not keys:
        message = "a frame of `range` goes by the values of `order by`, and the window has none"
        typer.report_mistake(BAD_WINDOW, frame.span, message)
    elif frame.unit == "range" and len(keys) > 1 and any(bound.offset for bound in bounds):
        message = "a frame of `range` with a distance takes one key in `order by`"
        typer.report_mistake(BAD_WINDOW, frame.span, message)
    steps = [_bound_step(bound, offset) for bound, offset in zip(bounds, offsets, strict=True)]
    start, end = steps[0], steps[1] if len(steps) > 1 else 0
    if start == _BOUND_STEPS["unbounded following"] or end == _BOUND_STEPS["unbounded preceding"]:
        message = "a frame begins before it ends"
        typer.report_mistake(BAD_WINDOW, frame.span, message)
    elif all(bound.offset is not None for bound in bounds) and None not in (start, end):
        _check_distances(typer, frame, bounds, offsets)


def _bound_step(bound: e.FrameBound, offset: Typed | None) -> int | None:
    """Where a bound without a distance stands, roughly; None for one with a distance."""
    del offset
    return _BOUND_STEPS.get(bound.side) if bound.offset is None else 1


def _check_distances(
    typer: ExpressionTyper, frame: e.Frame, bounds: list[e.FrameBound], offsets: list[Typed | None]
) -> None:
    """Report two bounds with known distances of which the first lies after the second."""
    if len(bounds) < 2:
        return
    positions = []
    for bound, offset in zip(bounds, offsets, strict=True):
        constant = offset.constant if offset is not None else None
        if not isinstance(constant, int | float):
            return
        positions.append(-constant if bound.side == "preceding" else constant)
    if positions[0] > positions[1]:
        typer.report_mistake(BAD_WINDOW, frame.span, "a frame begins before it ends")


def _type_offset(
    typer: ExpressionTyper, frame: e.Frame, bound: e.FrameBound, keys: list[Typed]
) -> Typed | None:
    """The distance of a bound, checked."""
    if bound.offset is None:
        return None
    value = typer.infer_type(bound.offset)
    if not is_foldable(bound.offset, typer):
        message = "the distance of a frame's bound is a constant"
        typer.report_mistake(codes.NOT_CONSTANT, bound.offset.span, message)
    elif frame.unit == "rows":
        if not isinstance(value.type, IntegerType) and not value.is_unknown:
            message = f"a number of rows is an {INT.sql}, and this is {value.type.sql}"
            typer.report_mistake(codes.TYPE_MISMATCH, bound.offset.span, message)
    elif len(keys) == 1 and not _can_have_distance(keys[0].type, value.type):
        message = f"{keys[0].type.sql} in `order by` has no distance of {value.type.sql}"
        typer.report_mistake(codes.TYPE_MISMATCH, bound.offset.span, message)
    elif typer.context.ansi and len(keys) == 1 and not _is_in_range(keys[0].type, value.constant):
        message = f"this distance is outside the range of {keys[0].type.sql}, as the key is"
        typer.report_mistake(codes.BAD_CONSTANT, bound.offset.span, message)
    return value


def _is_in_range(key: DataType, distance: Constant | None) -> bool:
    """Whether a whole number, where it is known, is a value of the key's type."""
    sizes = ((ByteType, 8), (ShortType, 16), (IntegerType, 32))
    bits = next((size for kind, size in sizes if isinstance(key, kind)), None)
    if bits is None or not isinstance(distance, int):
        return True
    return -(1 << (bits - 1)) <= distance < 1 << (bits - 1)


def _can_have_distance(key: DataType, distance: DataType) -> bool:
    """Whether a range over values of one type may be as wide as a value of another."""
    if isinstance(key, UnknownType) or isinstance(distance, UnknownType):
        return True
    if isinstance(key, DateType):
        days = DayTimeIntervalType(0, 0)
        return distance == days or isinstance(distance, IntegerType | YearMonthIntervalType)
    if isinstance(key, TimestampType | TimestampNTZType):
        return isinstance(distance, _INTERVALS)
    return isinstance(key, (NumericType, *_INTERVALS)) and casts.can_cast(distance, key, ansi=True)
