"""What the constants of a function may be, where Spark is stricter than their types.

Spark checks some of them when it reads a query, others fail with the first row, and some answer
null without a word; here all are told when the pipeline is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ssbt.compiler.types import texts
from ssbt.compiler.types.datatypes import NullType, StringType, UnknownType
from ssbt.compiler.types.typed import Mismatch, Scalar, Typed

# What is wrong with a value, as an ending of "… takes"; None where it is good.
Limit = Callable[[Scalar], str | None]


def _between(low: float, high: float | None = None, what: str = "") -> Limit:
    """Numbers from `low` to `high`, both included."""
    phrase = what or (f"{low} or more" if high is None else f"{low} to {high}")

    def check(value: Scalar) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        return None if value >= low and (high is None or value <= high) else phrase

    return check


def _inside(low: float, high: float | None = None) -> Limit:
    """Numbers between `low` and `high`, neither included."""
    phrase = f"more than {low}" + ("" if high is None else f" and less than {high}")

    def check(value: Scalar) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        return None if value > low and (high is None or value < high) else phrase

    return check


def _one_character(value: Scalar) -> str | None:
    return "one character" if isinstance(value, str) and len(value) != 1 else None


def _percentage(value: Scalar) -> str | None:
    """A number, or a text of one, which Spark casts."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _FROM_0_TO_1
    return _between(0, 1, _FROM_0_TO_1)(value)


_FROM_0_TO_1 = "a number from 0 to 1"
_INT = _between(-(1 << 31), (1 << 31) - 1, "an INT")
_POSITIVE = _between(1)
_K = _between(8, 65535)
_LOG = _between(4, 26)
_WINDOW = texts.duration
_PERCENTILE = {1: _percentage, 2: _POSITIVE}

_LIMITS: Mapping[str, Mapping[int, Limit]] = {
    "approx_count_distinct": {1: _inside(0, 0.391)},
    "approx_percentile": _PERCENTILE,
    "bround": {1: _INT},
    "collate": {1: texts.collation},
    "convert_timezone": {0: texts.time_zone, 1: texts.time_zone},
    "count_min_sketch": {1: _inside(0), 2: _inside(0, 1)},
    "current_time": {0: _between(0, 6)},
    "date_format": {1: texts.date_format},
    "from_unixtime": {1: texts.date_format},
    "from_utc_timestamp": {1: texts.time_zone},
    "get_json_object": {1: texts.json_path},
    "histogram_numeric": {1: _between(2)},
    "hll_sketch_agg": {1: _between(4, 21)},
    "kll_sketch_agg_bigint": {1: _K},
    "kll_sketch_agg_double": {1: _K},
    "kll_sketch_agg_float": {1: _K},
    "mask": dict.fromkeys((1, 2, 3, 4), _one_character),
    "nth_value": {1: _POSITIVE},
    "ntile": {0: _POSITIVE},
    "percentile": {1: _percentage},
    "percentile_approx": _PERCENTILE,
    "percentile_cont": {0: _percentage},
    "percentile_disc": {0: _percentage},
    "regexp": {1: texts.pattern},
    "regexp_count": {1: texts.pattern},
    "regexp_extract": {1: texts.pattern},
    "regexp_extract_all": {1: texts.pattern},
    "regexp_instr": {1: texts.pattern},
    "regexp_like": {1: texts.pattern},
    "regexp_replace": {1: texts.pattern, 3: _POSITIVE},
    "regexp_substr": {1: texts.pattern},
    "rlike": {1: texts.pattern},
    "round": {1: _INT},
    "session_window": {1: texts.duration},
    "split": {1: texts.pattern},
    "theta_sketch_agg": {1: _LOG},
    "theta_union_agg": {1: _LOG},
    "to_date": {1: texts.read_format},
    "to_timestamp": {1: texts.read_format},
    "to_timestamp_ltz": {1: texts.read_format},
    "to_timestamp_ntz": {1: texts.read_format},
    "to_unix_timestamp": {1: texts.read_format},
    "to_utc_timestamp": {1: texts.time_zone},
    "try_to_date": {1: texts.read_format},
    "try_to_timestamp": {1: texts.read_format},
    "try_variant_get": {1: texts.variant_path},
    "unix_timestamp": {1: texts.read_format},
    "variant_get": {1: texts.variant_path},
    "window": {1: _WINDOW, 2: _WINDOW, 3: _WINDOW},
}


# Arguments that Spark does not even take a null for.
_NEVER_NULL = {
    **dict.fromkeys(("percentile_approx", "approx_percentile"), (1, 2)),
    **dict.fromkeys(("bitmap_and_agg", "bitmap_count", "bitmap_or_agg"), (0,)),
    **dict.fromkeys(("approx_count_distinct", "histogram_numeric", "percentile"), (1,)),
    **dict.fromkeys(("percentile_cont", "percentile_disc"), (0,)),
    **dict.fromkeys(("like", "ilike"), (2,)),
    "approx_top_k_accumulate": (0,),
    "nth_value": (1,),
    "json_tuple": tuple(range(64)),
}


def limit_mismatch(
    name: str, arguments: Sequence[Typed], legacy_formats: bool = False
) -> Mismatch | None:
    """What is wrong with the constants among the arguments of a function.

    `legacy_formats` tells that formats of dates are those of Spark 2, which are not known here.
    """
    for place in _NEVER_NULL.get(name, ()):
        if place < len(arguments) and isinstance(arguments[place].type, NullType):
            return Mismatch(f"`{name}` does not take null here", place)
    for place, check in _LIMITS.get(name, {}).items():
        if place >= len(arguments):
            continue
        if legacy_formats and check in (texts.date_format, texts.read_format):
            continue
        read = isinstance(arguments[0].type, StringType | UnknownType)
        if check is texts.read_format and not read:
            # A date or timestamp is taken as it is.
            continue
        given = arguments[place].constant
        for value in given if isinstance(given, tuple) else (given,):
            wanted = None if value is None else check(value)
            if wanted is not None:
                reason = f"`{name}` cannot use {_shown(value)} here"
                return Mismatch(reason, place, wanted, of_value=True)
    return None


def _shown(value: Scalar | None) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
