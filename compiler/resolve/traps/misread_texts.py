"""Values that `from_json` and `from_csv` read as others, and that `to_json` and `to_csv` cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.diagnostics.examples import PIPELINE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.option_maps import OPTIONS_OF, find_options
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.atomic import ByteType
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    MapType,
    StructType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.zone_dependence import iterate_types

_ZONED = PIPELINE.replace("}\n", '  time_zone   = "UTC"\n}\n')
_STRICT_TIME = "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]]"

LENIENT_TEXTS = Code(
    "SSBT0553",
    "Texts that `from_json` and `from_csv` read as other values",
    """\
Without options, both functions accept text that does not fit the type: `"12,5"` becomes 125 as a
DECIMAL, because American English puts commas between thousands, `"202603"` becomes a DATE in the
year 202603, and `"10:15"` a TIMESTAMP of today. With the options, such a value becomes null, like
everything else that does not fit.

| in Spark 4.1 | gives |
|---|---|
| `from_json('{"d": "12,5"}', 'd decimal(5,2)').d` | `125.00` |
| `from_json('{"d": "12,5"}', 'd decimal(5,2)', map('locale', 'en-CH')).d` | `null` |
| `cast(from_csv('202603', 'd date').d as string)` | `+202603-01-01` |
| `from_csv('202603', 'd date', map('dateFormat', 'yyyy-MM-dd')).d` | `null` |

For the value of a record, it is better to declare the format, `value = json` with a schema. A value
that does not fit is then malformed, and goes where `on_error` says.
""",
    wrong=example(steps="|> extend from_json(status, 'd decimal(5,2)') as parts"),
    right=example(
        steps="|> extend from_json(status, 'd decimal(5,2)', map('locale', 'en-CH')) as parts"
    ),
    severity=Severity.WARNING,
)

MISREAD_NUMBERS = Code(
    "SSBT0554",
    "Numbers that `from_json` reads as other values",
    """\
`from_json` takes a number for a TIMESTAMP as seconds since 1970, whatever the pattern: milliseconds
become a year after 50,000, and the watermark follows. For a TINYINT it keeps eight bits of a
number. Declare a BIGINT, or a STRING if it may be a text as well, and compute the value in a step.

| in Spark 4.1 | gives |
|---|---|
| `cast(from_json('{"t": 1700000000000}', 't timestamp').t as string)` | `+55840-11-08 22:13:20` |
| `from_json('{"n": 255}', 'n tinyint').n` | `-1` |
| `cast(from_json('{"n": 255}', 'n bigint').n as int)` | `255` |
""",
    wrong=example(steps="|> extend from_json(status, 'n tinyint') as parts"),
    right=example(
        steps="|> extend from_json(status, 'n bigint') as parts\n"
        "|> extend cast(parts.n as tinyint) as n"
    ),
    severity=Severity.WARNING,
)

CUT_TIMES = Code(
    "SSBT0555",
    "Times that `to_json` and `to_csv` cut",
    """\
Both write milliseconds and drop anything finer: two events within one millisecond become equal.

| in Spark 4.1 | gives |
|---|---|
| `to_csv(struct(timestamp_ntz'2026-01-31 12:00:00.123456'))` | `2026-01-31T12:00:00.123` |
""",
    wrong=example(
        pipeline=_ZONED, steps="|> select to_json(struct(current_timestamp() as at)) as j"
    ),
    right=example(
        pipeline=_ZONED,
        steps="|> select to_json(struct(current_timestamp() as at),"
        " map('timestampFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX\")) as j",
    ),
    severity=Severity.WARNING,
)

KEYS_OF_JSON = Code(
    "SSBT0556",
    "Map keys that `to_json` does not write as they are",
    """\
JSON keys are texts, and Spark writes its internal form of a map key: for a date the days since
1970, for a timestamp the microseconds, for bytes the address of an object. Turn the keys into text:
`transform_keys(by_day, (k, v) -> cast(k as string))`.

| in Spark 4.1 | gives |
|---|---|
| `to_json(map(date'2026-01-31', 1))` | `{"20484":1}` |
| `to_json(map(cast(date'2026-01-31' as string), 1))` | `{"2026-01-31":1}` |
""",
    wrong=example(steps="|> select to_json(map(placed_on, amount)) as j"),
    right=example(steps="|> select to_json(map(cast(placed_on as string), amount)) as j"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
# What each option is for, by the functions that have it: what they read without it, what to say.
_READING: Mapping[str, tuple[type[DataType], str, str]] = {
    "locale": (DecimalType, "`12,5` as 125", "en-CH"),
    "dateFormat": (DateType, "`202603` as a year", "yyyy-MM-dd"),
    "timestampFormat": (TimestampType, "`10:15` as a time of today", f"{_STRICT_TIME}[XXX][X]]"),
    "timestampNTZFormat": (TimestampNTZType, "`202603` as a year", f"{_STRICT_TIME}]"),
}
_WRITING: Mapping[str, tuple[type[DataType], str, str]] = {
    "timestampFormat": (TimestampType, "", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX"),
    "timestampNTZFormat": (TimestampNTZType, "", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"),
}
_KEYS = (
    *(ArrayType, BinaryType, DateType, DayTimeIntervalType, MapType, StructType),
    *(TimestampNTZType, TimestampType, YearMonthIntervalType),
)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name in ("from_json", "from_csv"):
        yield from _check_reading(node, name, [*iterate_types(view.data_type(node))])
    elif name in ("to_json", "to_csv") and parts:
        yield from _check_writing(node, name, [*iterate_types(view.data_type(parts[0]))])


def _check_reading(node: e.Call, name: str, types: list[DataType]) -> Iterator[Diagnostic]:
    missing = _missing_options(node, types, _READING)
    if missing:
        misread = ", ".join(dict.fromkeys(_READING[each][1] for each in missing))
        message = f"`{name}` reads texts that do not belong to the schema's types: {misread}"
        yield _build_diagnostic(LENIENT_TEXTS, message, node, missing, _READING)
    if name == "from_json" and any(isinstance(each, TimestampType) for each in types):
        message = (
            "`from_json` reads a number for a TIMESTAMP as seconds, also where it is milliseconds"
        )
        help_ = (
            "declare a `bigint`, and use `timestamp_millis(…)` in a step",
            _suggest_format(name),
        )
        yield Diagnostic(MISREAD_NUMBERS, message, Label(node.span), (), help_)
    elif name == "from_json" and any(isinstance(each, ByteType) for each in types):
        message = "`from_json` reads a number for a TINYINT that is too large as another one"
        help_ = ("declare a `bigint`, and cast it in a step", _suggest_format(name))
        yield Diagnostic(MISREAD_NUMBERS, message, Label(node.span), (), help_)


def _suggest_format(name: str) -> str:
    form = name.removeprefix("from_")
    return f"of a record's value, say `value = {form}` in the source: there it is malformed"


def _check_writing(node: e.Call, name: str, types: list[DataType]) -> Iterator[Diagnostic]:
    missing = _missing_options(node, types, _WRITING)
    if missing:
        message = f"`{name}` writes milliseconds, and leaves out what is finer"
        yield _build_diagnostic(CUT_TIMES, message, node, missing, _WRITING)
    keys = [each.key for each in types if isinstance(each, MapType) and isinstance(each.key, _KEYS)]
    if name == "to_json" and keys:
        message = f"JSON does not hold the keys of a map, which are {keys[0].sql}"
        help_ = ("make texts of them: `transform_keys(…, (k, v) -> cast(k as string))`",)
        yield Diagnostic(KEYS_OF_JSON, message, Label(node.span), (), help_)


def _missing_options(
    node: e.Call, types: list[DataType], options: Mapping[str, tuple[type[DataType], str, str]]
) -> list[str]:
    """The options that the types need and the call does not give; none where it may give any."""
    _, place = OPTIONS_OF[function_name(node)]
    parts = operands(node)
    option_names = {key.value.casefold() for key, _ in find_options(node)}
    if len(parts) > place and not option_names:
        return []
    return [
        option
        for option, (kind, _, _) in options.items()
        if option.casefold() not in option_names and any(isinstance(each, kind) for each in types)
    ]


def _build_diagnostic(
    code: Code,
    message: str,
    node: e.Call,
    missing: list[str],
    options: Mapping[str, tuple[type[DataType], str, str]],
) -> Diagnostic:
    _, place = OPTIONS_OF[function_name(node)]
    pairs = ", ".join(f"{quote(each)}, {quote(options[each][2])}" for each in missing)
    parts = operands(node)
    if len(parts) > place:
        map_call = without_parentheses(parts[place])
        assert isinstance(map_call, e.Call)
        end, text = operands(map_call)[-1].span.end, f", {pairs}"
    else:
        end, text = parts[-1].span.end, f", map({pairs})"
    fix = (Edit(Span(node.span.path, end, end), text),)
    help_: tuple[str, ...] = (f"say what they look like: `map({pairs})`",)
    if code is LENIENT_TEXTS:
        help_ = (*help_, _suggest_format(function_name(node)))
    return Diagnostic(code, message, Label(node.span), (), help_, fix)
