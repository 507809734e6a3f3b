"""Casts of arguments that a function's rule makes, where its row in the catalogue takes `any`.

Spark's own classes say them: `inputTypes` after a `RuntimeReplaceable`, and the builders that
choose an expression by the number of arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbt.compiler.types.datatypes import (
    DATE,
    DOUBLE,
    INT,
    LONG,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    ArrayType,
    DataType,
    DateType,
    DecimalType,
    IntegralType,
    MapType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

_NUMBER = DecimalType(38, 18)
_CLOCK = (INT, INT, INT, INT, INT, DecimalType(16, 6))
_DAYS = {2: (DATE, DATE), 3: (None, TIMESTAMP, TIMESTAMP)}
_LATER = {2: (DATE, INT), 3: (None, LONG, TIMESTAMP)}
_MAKE = {6: _CLOCK, 7: _CLOCK}
_PART = {1: (TIMESTAMP,)}
_FORMATTED = {2: (_NUMBER,)}
_ROUNDED = {1: (DOUBLE,), 2: (_NUMBER,)}

# By name and by the number of arguments; `None` where nothing is cast.
_CASTS: Mapping[str, Mapping[int, Sequence[DataType | None]]] = {
    **dict.fromkeys(("date_diff", "datediff", "timediff", "timestampdiff"), _DAYS),
    **dict.fromkeys(("date_add", "date_sub", "dateadd", "timestampadd"), _LATER),
    **dict.fromkeys(("make_timestamp", "make_timestamp_ltz", "make_timestamp_ntz"), _MAKE),
    **dict.fromkeys(
        ("try_make_timestamp", "try_make_timestamp_ltz", "try_make_timestamp_ntz"), _MAKE
    ),
    **dict.fromkeys(("hour", "minute", "second"), _PART),
    **dict.fromkeys(("to_char", "to_varchar"), _FORMATTED),
    "convert_timezone": {2: (None, TIMESTAMP_NTZ), 3: (None, None, TIMESTAMP_NTZ)},
    **dict.fromkeys(("ceil", "ceiling", "floor"), _ROUNDED),
    "get": {2: (None, INT)},
    "nanvl": {2: (DOUBLE, DOUBLE)},
    "to_date": {1: (DATE,)},
    "to_timestamp": {1: (TIMESTAMP,)},
    "to_timestamp_ltz": {1: (TIMESTAMP,)},
    "to_timestamp_ntz": {1: (TIMESTAMP_NTZ,)},
    "zeroifnull": {1: (LONG,)},
    "nullifzero": {1: (LONG,)},
}


def inner_casts(
    name: str, argument_types: Sequence[DataType], result: DataType
) -> Sequence[DataType | None] | None:
    """The type that each argument is cast to, or None if the catalogue's row says all of it."""
    match name, result:
        case "array", ArrayType(element):
            return [element] * len(argument_types)
        case "concat", ArrayType():
            return [result] * len(argument_types)
        case "map", MapType(key, value):
            return [key, value] * (len(argument_types) // 2)
        case "sequence", ArrayType(element) if isinstance(element, IntegralType):
            return [element] * len(argument_types)
        case "sequence", ArrayType(DateType() | TimestampType() | TimestampNTZType() as element):
            is_text = [isinstance(type_, StringType) for type_ in argument_types[:2]]
            return [*(element if each else None for each in is_text), None][: len(argument_types)]
        case "elt", _:
            return [INT, *[None] * (len(argument_types) - 1)]
        case "lag" | "lead", _:
            return [None, None, result][: len(argument_types)]
    targets = _CASTS.get(name, {}).get(len(argument_types))
    if targets is None:
        return None
    # Only a text is cast in all of these: a date given to `hour` stays one.
    texts = [isinstance(type_, StringType) for type_ in argument_types]
    return [
        target if is_text or target in _CLOCK else None
        for target, is_text in zip([*targets, *[None] * len(argument_types)], texts, strict=False)
    ]
