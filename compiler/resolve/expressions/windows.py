"""`over (…)`: what may stand there, and which function takes which frame, as Spark checks it."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.expressions.typing import Typing
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
from ssbt.compiler.types.functions import Function, Kind
from ssbt.compiler.types.operators import orderable
from ssbt.compiler.types.typed import Constant, Typed

# Functions that see all rows of their partition, so that no order or frame makes sense.
_WHOLE_PARTITION = ("median", "percentile_cont", "percentile_disc")
_LISTS = ("listagg", "string_agg")
_NO_FRAME = ("lag", "lead")
_ANY_FRAME = "nth_value"
_STEPS = {"unbounded preceding": -2, "current row": 0, "unbounded following": 2}
_INTERVALS = (CalendarIntervalType, YearMonthIntervalType, DayTimeIntervalType)


def check_window(typing: Typing, node: e.Call, window: e.Window, function: Function) -> None:
    """Type the parts of a window and report what Spark refuses in it."""
    was_inside, typing.inside_window = typing.inside_window, True
    for part in window.partition:
        _check_orderable(typing, part, typing.typed(part), "as a key of a window")
    keys = [typing.typed(key.value) for key in window.order]
    for key, value in zip(window.order, keys, strict=True):
        _check_orderable(typing, key.value, value, "to sort by")
    if window.frame is not None:
        _check_frame(typing, window.frame, keys)
    typing.inside_window = was_inside
    _check_function(typing, node, window, function)


def _check_orderable(typing: Typing, node: e.Expression, value: Typed, what: str) -> None:
    if not orderable(value.type):
        message = f"{value.type.sql} cannot be used {what}"
        typing.mistake(codes.TYPE_MISMATCH, node.span, message)


def _check_function(typing: Typing, node: e.Call, window: e.Window, function: Function) -> None:
    """Report an order or a frame that the function lacks or does not take."""
    name = function.name
    if node.distinct:
        message = "`distinct` cannot stand in a function over a window"
        typing.mistake(codes.BAD_WINDOW, node.span, message)
    if node.filter is not None and function.kind is Kind.AGGREGATE:
        message = "`filter` cannot stand in a function over a window"
        help_ = f"choose the rows inside: `{name}(case when … then … end) over (…)`"
        typing.mistake(codes.BAD_WINDOW, node.filter.span, message, help=help_)
    whole = name in _WHOLE_PARTITION or (name in _LISTS and node.within_group)
    if whole and (window.order or window.frame):
        message = f"`{name}` is computed over the whole partition: no `order by` and no frame"
        typing.mistake(codes.BAD_WINDOW, window.span, message)
    if function.kind is not Kind.WINDOW:
        return
    if not window.order:
        message = f"`{name}` depends on the order of the rows, and the window has none"
        help_ = "add `order by …` to the window"
        typing.mistake(codes.BAD_WINDOW, window.span, message, help=help_)
    elif window.frame is not None and name in _NO_FRAME:
        message = f"`{name}` has a frame of its own"
        typing.mistake(codes.BAD_WINDOW, window.frame.span, message, help="remove the frame")
    elif window.frame is not None and name != _ANY_FRAME and not _is_own(window.frame, name):
        message = f"`{name}` has a frame of its own, and this is another"
        typing.mistake(codes.BAD_WINDOW, window.frame.span, message, help="remove the frame")


def _is_own(frame: e.Frame, name: str) -> bool:
    """Whether a frame is the one that Spark computes this function over anyway."""
    unit = "range" if name == "cume_dist" else "rows"
    end = frame.end.side if frame.end is not None else "current row"
    return (frame.unit, frame.start.side, end) == (unit, "unbounded preceding", "current row")


def _check_frame(typing: Typing, frame: e.Frame, keys: list[Typed]) -> None:
    bounds = [bound for bound in (frame.start, frame.end) if bound is not None]
    offsets = [_offset(typing, frame, bound, keys) for bound in bounds]
    if frame.unit == "range" and not keys:
        message = "a frame of `range` goes by the values of `order by`, and the window has none"
        typing.mistake(codes.BAD_WINDOW, frame.span, message)
    elif frame.unit == "range" and len(keys) > 1 and any(bound.offset for bound in bounds):
        message = "a frame of `range` with a distance takes one key in `order by`"
        typing.mistake(codes.BAD_WINDOW, frame.span, message)
    steps = [_step(bound, offset) for bound, offset in zip(bounds, offsets, strict=True)]
    start, end = steps[0], steps[1] if len(steps) > 1 else 0
    if start == _STEPS["unbounded following"] or end == _STEPS["unbounded preceding"]:
        message = "a frame begins before it ends"
        typing.mistake(codes.BAD_WINDOW, frame.span, message)
    elif all(bound.offset is not None for bound in bounds) and None not in (start, end):
        _check_distances(typing, frame, bounds, offsets)


def _step(bound: e.FrameBound, offset: Typed | None) -> int | None:
    """Where a bound without a distance stands, roughly; None for one with a distance."""
    del offset
    return _STEPS.get(bound.side) if bound.offset is None else 1


def _check_distances(
    typing: Typing, frame: e.Frame, bounds: list[e.FrameBound], offsets: list[Typed | None]
) -> None:
    """Report two bounds with known distances of which the first lies behind the second."""
    if len(bounds) < 2:
        return
    places = []
    for bound, offset in zip(bounds, offsets, strict=True):
        constant = offset.constant if offset is not None else None
        if not isinstance(constant, int | float):
            return
        places.append(-constant if bound.side == "preceding" else constant)
    if places[0] > places[1]:
        typing.mistake(codes.BAD_WINDOW, frame.span, "a frame begins before it ends")


def _offset(typing: Typing, frame: e.Frame, bound: e.FrameBound, keys: list[Typed]) -> Typed | None:
    """The distance of a bound, checked."""
    if bound.offset is None:
        return None
    value = typing.typed(bound.offset)
    if not is_foldable(bound.offset, typing):
        message = "the distance of a frame's bound is a constant"
        typing.mistake(codes.NOT_CONSTANT, bound.offset.span, message)
    elif frame.unit == "rows":
        if not isinstance(value.type, IntegerType) and not value.unknown:
            message = f"a number of rows is an {INT.sql}, and this is {value.type.sql}"
            typing.mistake(codes.TYPE_MISMATCH, bound.offset.span, message)
    elif len(keys) == 1 and not _goes_with(keys[0].type, value.type):
        message = f"{keys[0].type.sql} in `order by` has no distance of {value.type.sql}"
        typing.mistake(codes.TYPE_MISMATCH, bound.offset.span, message)
    elif typing.around.ansi and len(keys) == 1 and not _is_within(keys[0].type, value.constant):
        message = f"this distance is outside of the range of {keys[0].type.sql}, as the key is"
        typing.mistake(codes.BAD_CONSTANT, bound.offset.span, message)
    return value


def _is_within(key: DataType, distance: Constant | None) -> bool:
    """Whether a whole number, where it is known, is a value of the key's type."""
    sizes = ((ByteType, 8), (ShortType, 16), (IntegerType, 32))
    bits = next((size for kind, size in sizes if isinstance(key, kind)), None)
    if bits is None or not isinstance(distance, int):
        return True
    return -(1 << (bits - 1)) <= distance < 1 << (bits - 1)


def _goes_with(key: DataType, distance: DataType) -> bool:
    """Whether a range over values of one type may be as wide as a value of another."""
    if isinstance(key, UnknownType) or isinstance(distance, UnknownType):
        return True
    if isinstance(key, DateType):
        days = DayTimeIntervalType(0, 0)
        return distance == days or isinstance(distance, IntegerType | YearMonthIntervalType)
    if isinstance(key, TimestampType | TimestampNTZType):
        return isinstance(distance, _INTERVALS)
    return isinstance(key, (NumericType, *_INTERVALS)) and casts.can_cast(distance, key, ansi=True)
