"""What the constants of a function may be, where Spark is stricter than their types.

Spark checks some of them when it reads a query, others fail with the first row, and some answer
null silently; here all are reported when the pipeline is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ssbt.compiler.types import texts
from ssbt.compiler.types.datatypes import ArrayType, NullType, StringType, UnknownType
from ssbt.compiler.types.expression_types import Mismatch, Scalar, Typed
from ssbt.compiler.types.folding.dates import TRUNC_UNITS, UNITS, weekday_number
from ssbt.compiler.types.functions.joint_limits import find_joint_mismatch

# What is wrong with a value, as an ending of "… takes"; None where it is good.
Limit = Callable[[Scalar], str | None]


def _between_limit(low: float, high: float | None = None, description: str = "") -> Limit:
    """Numbers from `low` to `high`, both included."""
    phrase = description or (f"{low} or more" if high is None else f"{low} to {high}")

    def check(value: Scalar) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        return None if value >= low and (high is None or value <= high) else phrase

    return check


def _inside_limit(low: float, high: float | None = None) -> Limit:
    """Numbers between `low` and `high`, neither included."""
    phrase = f"more than {low}" + ("" if high is None else f" and less than {high}")

    def check(value: Scalar) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        return None if value > low and (high is None or value < high) else phrase

    return check


def _check_one_character(value: Scalar) -> str | None:
    return "one character" if isinstance(value, str) and len(value) != 1 else None


def _check_percentage(value: Scalar) -> str | None:
    """A number, or a text of one, which Spark casts."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _FROM_0_TO_1
    return _between_limit(0, 1, _FROM_0_TO_1)(value)


def _choice_limit(*words: str, description: str = "") -> Limit:
    """One of some words, in any case."""
    phrase = description or " or ".join(
        [", ".join(f"'{word}'" for word in words[:-1]), f"'{words[-1]}'"]
    )
    lower_words = {word.lower() for word in words}

    def check(value: Scalar) -> str | None:
        return phrase if isinstance(value, str) and value.lower() not in lower_words else None

    return check


def _nonzero_limit(description: str) -> Limit:
    """Any whole number but 0."""

    def check(value: Scalar) -> str | None:
        is_zero = isinstance(value, int) and not isinstance(value, bool) and value == 0
        return description if is_zero else None

    return check


def _check_weekday(value: Scalar) -> str | None:
    is_known = value is None or (isinstance(value, str) and weekday_number(value) is not None)
    return None if is_known else "a day of the week such as 'Monday' or 'Mon'"


def _check_bits(value: Scalar) -> str | None:
    is_valid = not isinstance(value, int) or value in (0, 224, 256, 384, 512)
    return None if is_valid else "224, 256, 384 or 512"


def _check_aes_key(value: Scalar) -> str | None:
    is_invalid = isinstance(value, str) and len(value.encode()) not in (16, 24, 32)
    return "a key of 16, 24 or 32 bytes" if is_invalid else None


def _check_address_part(value: Scalar) -> str | None:
    """The parts of an address, in capitals: others are null in every row."""
    is_known = not isinstance(value, str) or value in _PARTS_OF_ADDRESSES
    return None if is_known else ", ".join(f"'{part}'" for part in _PARTS_OF_ADDRESSES)


def _check_base(value: Scalar) -> str | None:
    is_valid = not isinstance(value, int) or 2 <= abs(value) <= 36
    return None if is_valid else "a base from 2 to 36"


def _number_format(value: Scalar) -> str | None:
    """How many digits are after the point, or a pattern."""
    return texts.decimal_format(value) if isinstance(value, str) else _between_limit(0)(value)


def _check_json_sample(value: Scalar) -> str | None:
    return None if isinstance(value, str) and not value.strip() else texts.lenient_json(value)


_FROM_0_TO_1 = "a number from 0 to 1"
_PARTS_OF_ADDRESSES = (
    *("PROTOCOL", "HOST", "PATH", "QUERY", "REF", "AUTHORITY", "FILE", "USERINFO"),
)
_INT_LIMIT = _between_limit(-(1 << 31), (1 << 31) - 1, "an INT")
_POSITIVE_LIMIT = _between_limit(1)
_K_LIMIT = _between_limit(8, 65535)
_LOG_LIMIT = _between_limit(4, 26)
_PERCENTILE = {1: _check_percentage, 2: _between_limit(1, (1 << 31) - 1)}
_NONZERO_INDEX = _nonzero_limit("a place counted from 1, or from -1 at the end")
_TRUNC_UNIT = _choice_limit(*TRUNC_UNITS, description="'year', 'quarter', 'month' or 'week'")
_DATE_TRUNC_UNIT = _choice_limit(
    *UNITS,
    description="'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute' or 'second'",
)
_CHARSET = _choice_limit(
    *("UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "ISO-8859-1", "US-ASCII"),
    description="a character set such as 'UTF-8' or 'ISO-8859-1'",
)

_TIME_UNIT = _choice_limit("hour", "minute", "second", "millisecond", "microsecond")
_AES = {
    1: _check_aes_key,
    2: _choice_limit("GCM", "CBC", "ECB"),
    3: _choice_limit("DEFAULT", "PKCS", "NONE"),
}
_MONTH, _DAY, _HOUR, _SIXTIETH = (
    _between_limit(1, 12),
    _between_limit(1, 31),
    _between_limit(0, 23),
    _between_limit(0, 59),
)
_SECOND = _between_limit(0, 60)
_DATE_AND_CLOCK = {1: _MONTH, 2: _DAY, 3: _HOUR, 4: _SIXTIETH, 5: _SECOND, 6: texts.check_time_zone}

_LIMITS: Mapping[str, Mapping[int, Limit]] = {
    "aes_decrypt": _AES,
    "aes_encrypt": _AES,
    "approx_count_distinct": {1: _inside_limit(0, 0.391)},
    "approx_percentile": _PERCENTILE,
    "approx_top_k": {1: _POSITIVE_LIMIT, 2: _POSITIVE_LIMIT},
    "array_insert": {1: _NONZERO_INDEX},
    "bit_get": {1: _between_limit(0)},
    "bround": {1: _INT_LIMIT},
    "collate": {1: texts.check_collation},
    "conv": {1: _check_base, 2: _check_base},
    "convert_timezone": {0: texts.check_time_zone, 1: texts.check_time_zone},
    "count_min_sketch": {1: _inside_limit(0), 2: _inside_limit(0, 1)},
    "current_time": {0: _between_limit(0, 6)},
    "date_format": {1: texts.check_date_format},
    "date_trunc": {0: _DATE_TRUNC_UNIT},
    "decode": {1: _CHARSET},
    "element_at": {1: _NONZERO_INDEX},
    "elt": {0: _POSITIVE_LIMIT},
    "encode": {1: _CHARSET},
    "format_number": {1: _number_format},
    "from_unixtime": {1: texts.check_date_format},
    "from_utc_timestamp": {1: texts.check_time_zone},
    "getbit": {1: _between_limit(0)},
    "get_json_object": {1: texts.check_json_path},
    "histogram_numeric": {1: _between_limit(2)},
    "hll_sketch_agg": {1: _between_limit(4, 21)},
    "kll_sketch_agg_bigint": {1: _K_LIMIT},
    "kll_sketch_agg_double": {1: _K_LIMIT},
    "kll_sketch_agg_float": {1: _K_LIMIT},
    "kll_sketch_get_quantile_bigint": {1: _check_percentage},
    "kll_sketch_get_quantile_double": {1: _check_percentage},
    "kll_sketch_get_quantile_float": {1: _check_percentage},
    "make_date": {1: _MONTH, 2: _DAY},
    "make_time": {0: _HOUR, 1: _SIXTIETH, 2: _between_limit(0, 59.999999, "0 to 59.999999")},
    "make_timestamp": _DATE_AND_CLOCK,
    "make_timestamp_ltz": _DATE_AND_CLOCK,
    "make_timestamp_ntz": _DATE_AND_CLOCK,
    "mask": dict.fromkeys((1, 2, 3, 4), _check_one_character),
    "nth_value": {1: _POSITIVE_LIMIT},
    "next_day": {1: _check_weekday},
    "ntile": {0: _POSITIVE_LIMIT},
    "parse_json": {0: texts.check_json},
    "parse_url": {1: _check_address_part, 2: texts.check_pattern},
    "percentile": {1: _check_percentage, 2: _between_limit(0)},
    "percentile_approx": _PERCENTILE,
    "percentile_cont": {0: _check_percentage},
    "percentile_disc": {0: _check_percentage},
    "randstr": {0: _between_limit(0)},
    "regexp": {1: texts.check_pattern},
    "regexp_count": {1: texts.check_pattern},
    "regexp_extract": {1: texts.check_pattern},
    "regexp_extract_all": {1: texts.check_pattern},
    "regexp_instr": {1: texts.check_pattern},
    "regexp_like": {1: texts.check_pattern},
    "regexp_replace": {1: texts.check_pattern, 3: _POSITIVE_LIMIT},
    "regexp_substr": {1: texts.check_pattern},
    "rlike": {1: texts.check_pattern},
    "round": {1: _INT_LIMIT},
    "schema_of_json": {0: _check_json_sample},
    "session_window": {1: texts.check_positive_duration},
    "sha2": {1: _check_bits},
    "slice": {1: _NONZERO_INDEX, 2: _between_limit(0)},
    "split": {1: texts.check_pattern},
    "split_part": {2: _NONZERO_INDEX},
    "stack": {0: _POSITIVE_LIMIT},
    "str_to_map": {1: texts.check_pattern, 2: texts.check_pattern},
    "theta_sketch_agg": {1: _LOG_LIMIT},
    "theta_union_agg": {1: _LOG_LIMIT},
    "time_diff": {0: _TIME_UNIT},
    "time_trunc": {0: _TIME_UNIT},
    "to_date": {1: texts.check_parse_format},
    "to_timestamp": {1: texts.check_parse_format},
    "to_timestamp_ltz": {1: texts.check_parse_format},
    "to_timestamp_ntz": {1: texts.check_parse_format},
    "to_unix_timestamp": {1: texts.check_parse_format},
    "to_utc_timestamp": {1: texts.check_time_zone},
    "try_to_date": {1: texts.check_parse_format},
    "try_to_timestamp": {1: texts.check_parse_format},
    "trunc": {1: _TRUNC_UNIT},
    "try_element_at": {1: _NONZERO_INDEX},
    "try_parse_url": {1: _check_address_part, 2: texts.check_pattern},
    "try_make_timestamp": {6: texts.check_time_zone},
    "try_make_timestamp_ltz": {6: texts.check_time_zone},
    "try_variant_get": {1: texts.check_variant_path},
    "unix_timestamp": {1: texts.check_parse_format},
    "variant_get": {1: texts.check_variant_path},
    "window": {
        1: texts.check_positive_duration,
        2: texts.check_positive_duration,
        3: texts.check_duration,
    },
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
    "approx_top_k": (1, 2),
    "hll_sketch_agg": (1,),
    "lag": (1,),
    "lead": (1,),
    "ntile": (0,),
}


# Of a map, the second argument is a key.
_OF_ARRAYS = ("element_at", "try_element_at")


def find_limit_mismatch(
    name: str, arguments: Sequence[Typed], legacy_formats: bool = False
) -> Mismatch | None:
    """What is wrong with the constants among the arguments of a function.

    `legacy_formats` tells that formats of dates are those of Spark 2, which are not known here.
    """
    for index in _NEVER_NULL.get(name, ()):
        if index < len(arguments) and isinstance(arguments[index].type, NullType):
            # Spark's analyser takes null for these, and the job fails.
            fails_later = name in ("approx_top_k", "approx_top_k_accumulate")
            reason = f"`{name}` does not take null here"
            return Mismatch(reason, index, is_about_value=fails_later)
    for index, check in _LIMITS.get(name, {}).items():
        if index >= len(arguments) or (check is _CHARSET and len(arguments) > 2):
            # Of `decode` with more than two arguments they are values and results.
            continue
        if legacy_formats and check in (texts.check_date_format, texts.check_parse_format):
            continue
        is_text = isinstance(arguments[0].type, StringType | UnknownType)
        if check is texts.check_parse_format and not is_text:
            # A date or timestamp is taken as it is.
            continue
        constant = arguments[index].constant
        for value in constant if isinstance(constant, tuple) else (constant,):
            expected = None if value is None else check(value)
            if name in _OF_ARRAYS and not isinstance(arguments[0].type, ArrayType):
                expected = None
            if expected is not None:
                reason = f"`{name}` cannot use {_format_value(value)} here"
                return Mismatch(reason, index, expected, is_about_value=True)
    return find_joint_mismatch(name, arguments)


def _format_value(value: Scalar | None) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
