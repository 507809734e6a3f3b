"""Functions whose result is null where an argument is, as a test asks Spark."""

from __future__ import annotations

from collections.abc import Mapping

# A null is enough, wherever it stands among the arguments.
_STRICT = frozenset(
    {
        *("abs", "acos", "acosh", "add_months", "aes_decrypt", "array_compact", "array_contains"),
        *("array_distinct", "array_except", "array_intersect", "array_join", "array_max"),
        *("array_min", "array_position", "array_remove", "array_size", "array_sort"),
        *("array_union", "arrays_overlap", "arrays_zip", "ascii", "asin", "asinh", "atan"),
        *("atan2", "atanh", "base64", "bin", "bit_count", "bit_get", "bit_length"),
        *("bitmap_bit_position", "bitmap_bucket_number", "bitmap_count", "bround", "btrim"),
        *("cbrt", "ceil", "ceiling", "char", "char_length", "character_length", "chr", "concat"),
        *("contains", "conv", "convert_timezone", "cos", "cosh", "cot", "crc32", "csc"),
        *("date_add", "date_diff", "date_format", "date_from_unix_date", "date_part", "date_sub"),
        *("date_trunc", "dateadd", "datediff", "datepart", "day", "dayname", "dayofmonth"),
        *("dayofweek", "dayofyear", "degrees", "encode", "endswith", "exp", "expm1", "factorial"),
        *("find_in_set", "flatten", "floor", "format_number", "from_csv", "from_json"),
        *("from_unixtime", "from_utc_timestamp", "from_xml", "get", "get_json_object", "getbit"),
        *("hex", "hour", "hypot", "ilike", "initcap", "instr", "is_valid_utf8"),
        *("json_array_length", "json_object_keys", "last_day", "lcase", "left", "len", "length"),
        *("like", "ln", "log", "log10", "log1p", "log2", "lower", "lpad", "ltrim", "luhn_check"),
        *("make_date", "make_dt_interval", "make_interval", "make_time", "make_timestamp"),
        *("make_timestamp_ltz", "make_timestamp_ntz", "make_valid_utf8", "make_ym_interval"),
        *("map_concat", "map_contains_key", "map_entries", "map_from_arrays", "map_from_entries"),
        *("map_keys", "map_values", "md5", "minute", "mod", "month", "monthname"),
        *("months_between", "negative", "next_day", "nullifzero", "octet_length", "parse_json"),
        *("parse_url", "pmod", "positive", "pow", "power", "quarter", "quote", "radians"),
        *("regexp", "regexp_count", "regexp_extract", "regexp_extract_all", "regexp_instr"),
        *("regexp_like", "regexp_replace", "regexp_substr", "repeat", "replace", "reverse"),
        *("right", "rint", "rlike", "round", "rpad", "rtrim", "schema_of_variant", "sec"),
        *("second", "sequence", "sha", "sha1", "sha2", "shiftleft", "shiftright"),
        *("shiftrightunsigned", "sign", "signum", "sin", "sinh", "slice", "sort_array"),
        *("soundex", "space", "split", "split_part", "sqrt", "st_srid", "startswith"),
        *("str_to_map", "substr", "substring", "substring_index", "tan", "tanh", "time_diff"),
        *("time_trunc", "timestamp_micros", "timestamp_millis", "timestamp_seconds", "to_binary"),
        *("to_char", "to_csv", "to_date", "to_json", "to_number", "to_time", "to_timestamp"),
        *("to_timestamp_ltz", "to_timestamp_ntz", "to_unix_timestamp", "to_utc_timestamp"),
        *("to_varchar", "to_variant_object", "to_xml", "translate", "trim", "trunc", "try_add"),
        *("try_aes_decrypt", "try_divide", "try_element_at", "try_make_interval"),
        *("try_make_timestamp", "try_make_timestamp_ltz", "try_make_timestamp_ntz", "try_mod"),
        *("try_multiply", "try_parse_json", "try_parse_url", "try_subtract", "try_to_binary"),
        *("try_to_date", "try_to_number", "try_to_time", "try_to_timestamp", "try_url_decode"),
        *("try_validate_utf8", "try_variant_get", "ucase", "unbase64", "unhex", "unix_date"),
        *("unix_micros", "unix_millis", "unix_seconds", "unix_timestamp", "upper", "url_decode"),
        *("url_encode", "validate_utf8", "variant_get", "weekday", "weekofyear", "width_bucket"),
        *("xpath", "xpath_boolean", "xpath_double", "xpath_float", "xpath_int", "xpath_long"),
        *("xpath_number", "xpath_short", "xpath_string", "year"),
    }
)
# A null is enough in these places.
_PARTLY_STRICT: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("array_append", "array_prepend", "element_at", "mask"), (0,)),
    **dict.fromkeys(("concat_ws", "format_string", "printf", "sentences"), (0,)),
    "array_repeat": (1,),
    "array_insert": (0, 1),
    "nanvl": (0,),
    **dict.fromkeys(("levenshtein", "locate", "position"), (0, 1)),
}


def makes_null(name: str, place: int) -> bool:
    """Whether a function, named in lower case, gives null for a null as its argument `place`."""
    return name in _STRICT or place in _PARTLY_STRICT.get(name, ())
