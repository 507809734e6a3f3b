"""Functions of other dialects that are no function here, and the way out."""

_TIME_WINDOW = "a window of time is `window(COLUMN, '1 hour')`, and its start `window(…).start`"
_PATTERN = "write `date_format(COLUMN, 'yyyy-MM-dd')`"
_FROM_JSON = "JSON is read by `from_json(TEXT, 'NAME TYPE, …')`, or a field by `get_json_object`"
_JOIN = "rows of another dataset come in by `|> left join DATASET on …`"
_MANY = "write `case when CONDITION then VALUE … else OTHER end`"
_LENGTH = "a length of time is written `interval 1 day`"
_DAYS = "days between two dates are `datediff(END, START)`, months `months_between(END, START)`"
_KEYS = "keys that are the same in every run come from the data, such as `xxhash64(…)`"
_ENVIRONMENT = (
    "a value from outside is a parameter: `param NAME: string`, given by `SSBT_PARAM_NAME`"
)
_RUNNING = "write `sum(COLUMN) over (partition by KEY order by TIME)`"
_SHIFTED = "write `lag(COLUMN) over (partition by KEY order by TIME)`"
_TRY = "what may fail gives null by `try_cast`, `try_divide`, `try_element_at` and the like"
_TEXTS = "texts are made by `format_string`, `format_number` and `date_format`"
# What others write by a function and this language otherwise.
ADVICE = {
    "convert": "write `cast(VALUE as TYPE)`",
    **dict.fromkeys(("count_distinct", "countdistinct"), "write `count(distinct COLUMN)`"),
    "datetime": "write `timestamp '2026-01-31 12:00:00'`, or `to_timestamp(TEXT)`",
    "format": _TEXTS,
    "template": _TEXTS,
    "text": _TEXTS,
    **dict.fromkeys(("hop", "tumble", "tumbling", "time_bucket", "time_slice"), _TIME_WINDOW),
    **dict.fromkeys(("date_bin", "date_bucket", "tostartofinterval", "bin_at"), _TIME_WINDOW),
    "nunique": "write `count(distinct COLUMN)`",
    "value_counts": "write `aggregate count(*) as NAME group by COLUMN`",
    "switch": "write `case VALUE when … then … else … end`",
    **dict.fromkeys(("ifs", "multiif", "case_when", "select_case", "np.select"), _MANY),
    "safe_cast": "write `try_cast(VALUE as TYPE)`",
    **dict.fromkeys(("try_convert", "try_parse"), "write `try_cast(VALUE as TYPE)`"),
    **dict.fromkeys(("strftime", "format_date", "formatdatetime", "to_iso8601"), _PATTERN),
    **dict.fromkeys(("datename", "date_to_str", "datetostr"), _PATTERN),
    **dict.fromkeys(
        ("strptime", "parse_datetime", "datetime.strptime"),
        "write `to_timestamp(TEXT, 'yyyy-MM-dd HH:mm:ss')`",
    ),
    "parse_date": "write `to_date(TEXT, 'yyyy-MM-dd')`",
    **dict.fromkeys(
        ("env", "env_var", "getenv", "os.getenv", "os.environ.get", "environ", "var"),
        _ENVIRONMENT,
    ),
    **dict.fromkeys(("os.environ", "sys_context", "current_setting", "getvariable"), _ENVIRONMENT),
    "otherwise": "write `case when CONDITION then VALUE else OTHER end`",
    **dict.fromkeys(
        ("try", "iferror", "ifnan", "is_error", "iserror", "safe_negate", "tointornull"), _TRY
    ),
    **dict.fromkeys(("vlookup", "xlookup", "hlookup", "lookup", "dlookup", "related"), _JOIN),
    **dict.fromkeys(("dictget", "joinget", "dictgetordefault"), _JOIN),
    **dict.fromkeys(("json_table", "openjson", "parse_xml", "json_populate_record"), _FROM_JSON),
    **dict.fromkeys(("json_extract_path", "json_extract_path_text", "jsonextract"), _FROM_JSON),
    **dict.fromkeys(("json_extract_array", "json_value_array", "json_array_get"), _FROM_JSON),
    **dict.fromkeys(("json_array_elements", "jsonb_array_elements", "json_each"), _FROM_JSON),
    **dict.fromkeys(("json_query_array", "jsonextractstring", "json_contains"), _FROM_JSON),
    **dict.fromkeys(("isjson", "check_json", "json_valid", "is_json"), f"{_TRY}; {_FROM_JSON}"),
    **dict.fromkeys(("as_varchar", "as_integer", "as_double", "get_path"), "write `variant_get`"),
    **dict.fromkeys(
        ("timedelta", "relativedelta", "datetime.timedelta", "make_timedelta", "pd.timedelta"),
        _LENGTH,
    ),
    **dict.fromkeys(("numtodsinterval", "numtoyminterval", "to_dsinterval", "toyear"), _LENGTH),
    **dict.fromkeys(("to_days", "to_hours", "to_minutes", "to_seconds"), _LENGTH),
    **dict.fromkeys(("datedif", "days_between", "days_diff", "date_diff_days"), _DAYS),
    **dict.fromkeys(("years_between", "yearfrac", "networkdays", "days360"), _DAYS),
    **dict.fromkeys(
        ("nextval", "currval", "seq4", "seq8", "identity", "auto_increment", "newsequentialid"),
        _KEYS,
    ),
    **dict.fromkeys(("farm_fingerprint", "checksum", "binary_checksum", "ora_hash"), _KEYS),
    **dict.fromkeys(("hash_agg", "generate_surrogate_key", "surrogate_key", "cityhash64"), _KEYS),
    **dict.fromkeys(("cumsum", "cum_sum", "running_total", "runningsum"), _RUNNING),
    **dict.fromkeys(("shift", "diff", "pct_change", "previous", "neighbor", "deltasum"), _SHIFTED),
    **dict.fromkeys(
        ("rolling", "rolling_mean", "rolling_sum", "moving_average", "expanding"),
        "write `avg(COLUMN) over (order by TIME rows between 2 preceding and current row)`",
    ),
    **dict.fromkeys(
        ("ffill", "forward_fill", "locf"),
        "write `last_value(COLUMN) ignore nulls over (order by TIME)`",
    ),
    **dict.fromkeys(
        ("trim_scale", "fixed", "dollar"), "write `format_number(NUMBER, '#,##0.00')`, a text"
    ),
    **dict.fromkeys(
        ("lnnvl", "nvl0", "is_true"), "write `CONDITION is not true`, or `coalesce(CONDITION, …)`"
    ),
    **dict.fromkeys(("product", "array_product"), "write `exp(sum(ln(COLUMN)))`, of positives"),
    "strcmp": "compare by `<`, `=` and `>`",
    "field": "write `array_position(array('A', 'B'), COLUMN)`",
    "decimal.decimal": "write `cast('1.50' as decimal(12,2))`, or `1.50`",
    "pd.timestamp": "write `timestamp '2026-01-31 12:00:00'`, or `to_timestamp(TEXT)`",
    "pd.cut": "write `width_bucket(…)`, or `case when … then … end`",
    "pd.qcut": "write `ntile(4) over (order by COLUMN)`",
    "textjoin": "write `concat_ws(SEPARATOR, …)`",
    "concatenate": "write `concat(…)`, or `||`",
    "array_construct_compact": "write `array_compact(array(…))`",
    "json_object": "write `to_json(named_struct('NAME', VALUE, …))`",
    "json_build_object": "write `to_json(named_struct('NAME', VALUE, …))`",
    "json_array": "write `to_json(array(…))`",
    "object_construct": "write `named_struct('NAME', VALUE, …)`, or `map(KEY, VALUE, …)`",
    "substring_regex": "write `regexp_extract(TEXT, PATTERN)`",
    "strrpos": "write `length(TEXT) - instr(reverse(TEXT), reverse(PART)) + 1`",
    "regexp_split_to_table": "write `|> explode split(TEXT, PATTERN) as NAME`",
    "split_to_table": "write `|> explode split(TEXT, PATTERN) as NAME`",
    "connect_by_root": "rows that refer to each other take one `join` for each level",
    "grouping_sets": "write `aggregate … group by grouping sets ((a, b), a)`",
    "keep": "write `max_by(VALUE, ORDER)` or `min_by(VALUE, ORDER)`",
    "large": "number the rows by `row_number() over (order by COLUMN desc)`",
    "small": "number the rows by `row_number() over (order by COLUMN)`",
    "nlargest": "write `|> order by COLUMN desc |> limit 10`",
    "nsmallest": "write `|> order by COLUMN |> limit 10`",
    "idxmax": "write `max_by(KEY, VALUE)`",
    "idxmin": "write `min_by(KEY, VALUE)`",
    "udf": 'Python of your own comes in by `|> apply "FILE.py:FUNCTION" returns SCHEMA`',
    "broadcast": "how to join is left to Spark",
    "countwords": "write `size(split(TEXT, ' '))`",
}
# Spark has nothing of the kind: a name that is spelt like one of these is meant as it is.
_NAMES = """
array_dims array_fill array_frequency array_has_duplicates array_is_distinct array_lower
array_ndims array_normalize array_position_last asciistr bar beta_cdf binary_double bitmap_and
cauchy_cdf century classify columns combinations compress conditional_change_event
conditional_true_event cosine_similarity cosine_distance cube damerau_levenshtein
date_spine dbtimezone decade decompress degrees_to difference distance dump entropy erf even
favg features find_first fsum from_big_endian_64 from_days from_tz gamma gcd
geometric_mean get_byte geo_distance geohash generator greatest_common_divisor hamming_distance
hamming haversine hll host_name inet_aton inet_ntoa is_array is_boolean is_decimal is_object
is_varchar jaccard jaro_similarity jarowinkler_similarity jaro_winkler_similarity justify_days
justify_hours justify_interval key_sampling_percent lcm least_common_multiple lgamma lpad_bytes
merge metaphone minhash multimap_agg nchar net.ip_from_string new_time nextafter ngrams
nlssort normal_cdf normalize num_nonnulls num_nulls numnodes oct odd parse_duration
parse_ip period_add period_diff ping plainto_tsquery pow10 quote_ident quote_literal quotename
range_bucket rawtohex reg_class remainder rowversion seed serial set_bit setseed
sleep spherical_distance squarish st_distance st_point strip_accents strip_null_value
tanimoto time_to_sec sec_to_time timezone_hour timezone_minute to_ascii to_base32 to_clob
to_code_points to_geography to_geometry to_tsquery to_tsvector toordinal tuple ts_rank tz_offset
unaccent uncompress upper_inc userenv utc_date utc_time validate vsize wilson_interval_lower
word_stem xmlagg xmlelement xmlforest xmltable xmlget yearfraction zipf zoneinfo
"""
WITHOUT_COUNTERPART = frozenset(_NAMES.split())
