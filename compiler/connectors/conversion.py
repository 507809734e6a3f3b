"""What a user wrote, as the value that an option takes.

The functions here yield findings and return the value, or nothing where a finding says why not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ssbt.compiler.connectors.durations import interval, interval_milliseconds, short_duration
from ssbt.compiler.connectors.parameters import (
    ConversionTarget,
    base_type,
    check_param,
    takes_param,
)
from ssbt.compiler.connectors.partitions import (
    convert_assignment,
    convert_instant,
    convert_instants,
    convert_offsets,
)
from ssbt.compiler.connectors.secrets import convert_secret, is_secret_name, secret_flow
from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConnectionName,
    FunctionName,
    MapItems,
    Scalar,
    SchemaName,
    Value,
)
from ssbt.compiler.connectors.specification import SPARK_LINES, Option, Shape, ValueKind
from ssbt.compiler.connectors.triggers import SHORTEST, SINCE, TIMED, Trigger, TriggerKind
from ssbt.compiler.connectors.values import (
    Boolean,
    Duration,
    Every,
    ListOf,
    MapOf,
    Number,
    OptionValue,
    ParamUse,
    Size,
    Text,
    Word,
)
from ssbt.compiler.connectors.wording import (
    describe_value,
    join_alternatives,
    too_new,
    wrong_type,
)
from ssbt.compiler.diagnostics.codes.connectors import (
    DUPLICATE_OPTION,
    UNFIT_PARAM,
    UNFIT_VALUE,
    UNKNOWN_CHOICE,
    WRONG_TYPE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Generator

    from ssbt.compiler.source import Span

    Converted: TypeAlias = Generator[Diagnostic, None, Value | None]
    ConvertedScalar: TypeAlias = Generator[Diagnostic, None, Scalar | None]

_BYTES = {unit: 1024**power for power, unit in enumerate(("b", "kb", "mb", "gb", "tb"))}


# Words of other libraries for the modes of writing.
_OTHER_CHOICES = {
    **dict.fromkeys(("replace", "truncate", "w"), "overwrite"),
    **dict.fromkeys(("fail", "error", "raise"), "errorifexists"),
    **dict.fromkeys(("insert", "add", "a"), "append"),
}


def is_newer(since: str, spark: str) -> bool:
    """Whether what came with Spark `since` is missing in Spark `spark`."""
    return SPARK_LINES.index(since) > SPARK_LINES.index(spark)


def convert_value(option: Option, value: OptionValue, target: ConversionTarget) -> Converted:
    """The value of the option. Columns are always a tuple; paths only where a list was written."""
    if option.secret:
        return (yield from convert_secret(option, value, target))
    shape = option.type.shape
    if isinstance(value, ListOf) and shape is not Shape.ONE:
        return (yield from _convert_list(option, value, target))
    if shape is Shape.LIST:
        yield wrong_type(option, value)
        return None
    result = yield from _convert_item(option, value, target, item=False)
    return (result,) if isinstance(result, ColumnName) and shape is Shape.ONE_OR_LIST else result


def _convert_list(option: Option, value: ListOf, target: ConversionTarget) -> Converted:
    if not value.items:
        message = f"`{option.name}` needs at least one item"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span, "this list is empty"))
        return None
    items = []
    for item in value.items:
        items.append((yield from _convert_item(option, item, target, item=True)))
    columns = [item for item in items if isinstance(item, ColumnName)]
    yield from _check_duplicate_columns(option, columns)
    if len(columns) == len(items):
        return tuple(columns)
    scalars = [item for item in items if isinstance(item, Scalar)]
    return tuple(scalars) if len(scalars) == len(items) else None


def _check_duplicate_columns(
    option: Option, columns: list[ColumnName]
) -> Generator[Diagnostic, None, None]:
    """A column named twice, which Spark rejects when the job runs; case does not matter to it."""
    columns_by_name: dict[str, ColumnName] = {}
    for column in columns:
        first = columns_by_name.setdefault(column.name.casefold(), column)
        if first is not column:
            message = f"`{option.name}` names the column `{column.name}` twice"
            secondary = (Label(first.span, "here already"),)
            yield Diagnostic(UNFIT_VALUE, message, Label(column.span), secondary)


def _convert_item(
    option: Option, value: OptionValue, target: ConversionTarget, *, item: bool
) -> Converted:
    """One value, alone or as the item of a list."""
    match option.type.kind, value:
        case ValueKind.STRING | ValueKind.CHAR | ValueKind.DATETIME_PATTERN, Text():
            return (yield from _convert_text(option, value, target))
        case ValueKind.BOOLEAN, Boolean():
            return value.value
        case ValueKind.INTEGER | ValueKind.NUMBER, Number():
            return (yield from _convert_number(option, value, item))
        case ValueKind.WORD | ValueKind.OFFSETS, Word() | Text():
            return (yield from _convert_word(option, value, target))
        case ValueKind.DURATION, Duration():
            return (yield from _convert_duration(option, value))
        case ValueKind.MILLISECONDS, Duration():
            return (yield from _convert_milliseconds(option, value))
        case ValueKind.OFFSETS, MapOf():
            return (yield from convert_offsets(option, value))
        case ValueKind.INSTANTS, MapOf():
            return (yield from convert_instants(option, value))
        case ValueKind.PARTITIONS, MapOf():
            return (yield from convert_assignment(option, value))
        case ValueKind.INSTANT, Text(sole_param=None):
            return (yield from convert_instant(option, value))
        case ValueKind.TRIGGER, Word() | Every():
            return (yield from _convert_trigger(option, value, target))
        case ValueKind.FUNCTION, Text(plain=str(text)):
            return FunctionName(text, value.span)
        case ValueKind.SIZE, Size():
            return (yield from _convert_size(option, value))
        case ValueKind.MAP, MapOf():
            return (yield from convert_map_items(value, target))
        case ValueKind.COLUMN, Word():
            return ColumnName(value.text, value.span)
        case ValueKind.COLUMN, Text(plain=str(name)):
            return ColumnName(name, value.span)
        case ValueKind.SCHEMA, Word():
            return SchemaName(value.text, value.span)
        case ValueKind.CONNECTION, Word():
            return ConnectionName(value.text, value.span)
        case kind, Text(sole_param=ParamUse() as param) if takes_param(kind):
            return (yield from check_param(option, param, value, target))
        case _:
            pass
    yield _explain_misfit(option, value, target, item)
    return None


def _explain_misfit(
    option: Option, value: OptionValue, target: ConversionTarget, item: bool
) -> Diagnostic:
    """The finding that a value is none for the option."""
    if isinstance(value, Word) and is_secret_name(value, target):
        return secret_flow(value.text, f"`{option.name}`", value.span)
    return wrong_type(option, value, item)


def _convert_text(option: Option, value: Text, target: ConversionTarget) -> ConvertedScalar:
    plain = value.plain
    if plain is None:
        return (yield from _convert_parameterized_text(option, value, target))
    if option.type.kind is ValueKind.CHAR:
        shortest = 1 if option.minimum is None else option.minimum
        if not shortest <= len(plain) <= 1:
            yield _unfit_value(option, value.span, f"one character, not {len(plain)}")
            return None
    if option.pattern and not re.fullmatch(option.pattern, plain):
        yield _unfit_value(option, value.span, option.pattern_text)
        return None
    return plain


def _convert_parameterized_text(
    option: Option, value: Text, target: ConversionTarget
) -> ConvertedScalar:
    if option.adds_column:
        yield Diagnostic(
            UNFIT_PARAM,
            f"`{option.name}` names a column, which must be known when compiling",
            Label(value.span, "depends on a parameter"),
        )
        return None
    param = value.sole_param
    if param is None:
        return value
    if takes_param(option.type.kind):
        return (yield from check_param(option, param, value, target))
    # A string needs no formatting on its way into an option; anything else becomes text.
    return param if base_type(target, param) == "string" else value


def _convert_word(option: Option, value: Word | Text, target: ConversionTarget) -> ConvertedScalar:
    if isinstance(value, Text) and value.plain is None:
        return (yield from _convert_parameterized_text(option, value, target))
    text = (value.plain if isinstance(value, Text) else value.text) or ""
    choice = option.choice(text)
    if choice is None:
        if option.open and isinstance(value, Text):
            return text
        if is_secret_name(value, target):
            yield secret_flow(text, f"`{option.name}`", value.span)
        else:
            yield _unknown_choice(option, text, value)
        return None
    if is_newer(choice.since, target.spark):
        feature = f"`{option.name} = {choice.name}`"
        yield too_new(feature, choice.since, target.spark, value.span)
        return None
    return choice.spark


def _unknown_choice(option: Option, text: str, value: Word | Text) -> Diagnostic:
    names = [choice.name for choice in option.choices]
    near = _OTHER_CHOICES.get(text.casefold())
    near = near if near in names else did_you_mean(text, names)
    # One word may have other choices for batch than for streams.
    only = [mode.value for mode in option.modes] if len(option.modes) == 1 else []
    context = "".join(f" for a {mode}" for mode in only)
    return Diagnostic(
        UNKNOWN_CHOICE,
        f"`{option.name}` cannot be `{text}`{context}"
        + (f"; did you mean `{near}`?" if near else ""),
        Label(value.span),
        help=(f"the choices are {join_alternatives(f'`{name}`' for name in names)}",),
        fix=(Edit(value.span, near),) if near else (),
    )


def _convert_number(option: Option, value: Number, item: bool) -> ConvertedScalar:
    try:
        number = float(value.text) if option.type.kind is ValueKind.NUMBER else int(value.text)
    except ValueError:
        yield wrong_type(option, value, item)
        return None
    if option.minimum is not None and number < option.minimum:
        yield _unfit_value(option, value.span, f"at least {option.minimum:g}")
        return None
    if option.maximum is not None and number > option.maximum:
        yield _unfit_value(option, value.span, f"at most {option.maximum:g}")
        return None
    return number


def _convert_duration(option: Option, value: Duration) -> ConvertedScalar:
    text = short_duration(value.amount, value.unit)
    if text is None:
        units = "milliseconds, seconds, minutes, hours, days or weeks"
        yield _unfit_value(option, value.span, f"a whole number of {units}")
    return text


def _convert_milliseconds(option: Option, value: Duration) -> ConvertedScalar:
    interval_text = interval(value.amount, value.unit)
    length = interval_milliseconds(interval_text) if interval_text else None
    if length is None or length != int(length):
        units = "milliseconds, seconds, minutes, hours, days or weeks"
        yield _unfit_value(option, value.span, f"a whole number of {units}")
        return None
    return int(length)


def _convert_trigger(
    option: Option, value: Word | Every, target: ConversionTarget
) -> Generator[Diagnostic, None, Trigger | None]:
    keyword = value.text if isinstance(value, Word) else value.word
    kinds = {kind.value: kind for kind in TriggerKind}
    kind = kinds.get(keyword)
    text = ""
    if isinstance(value, Every) and short_duration(value.duration.amount, value.duration.unit):
        # What has no short form depends on the calendar, or is no whole number.
        text = interval(value.duration.amount, value.duration.unit) or ""
    is_fit = kind in SHORTEST or (kind in TIMED) == isinstance(value, Every)
    if kind is None or not is_fit:
        yield wrong_type(option, value)
        return None
    if isinstance(value, Every) and not text:
        expectation = "a whole number of seconds, minutes or hours"
        yield Diagnostic(
            UNFIT_VALUE, f"`{keyword}` takes {expectation}", Label(value.duration.span)
        )
        return None
    minimum = SHORTEST.get(kind, 0)
    if isinstance(value, Every) and (interval_milliseconds(text) or 0) < minimum * 1000:
        message = f"`{keyword}` takes at least {minimum} seconds"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.duration.span))
        return None
    since = SINCE.get(kind, SPARK_LINES[0])
    if is_newer(since, target.spark):
        yield too_new(f"`{option.name} = {keyword}`", since, target.spark, value.span)
    return Trigger(kind, text)


def _convert_size(option: Option, value: Size) -> ConvertedScalar:
    """The number of bytes; as for Spark, 1 kb is 1024 of them."""
    factor = _BYTES.get(value.unit.casefold().replace("ib", "b"))
    try:
        size = float(value.amount) * factor if factor else -1
    except ValueError:
        size = -1
    if size < 0 or size != int(size):
        units = ", ".join(f"`{unit}`" for unit in _BYTES)
        yield _unfit_value(option, value.span, f"a whole number of bytes, in {units}")
        return None
    return int(size)


def convert_map_items(
    value: MapOf, target: ConversionTarget
) -> Generator[Diagnostic, None, MapItems]:
    """The keys and values of a map, without those that there are findings about."""
    items: dict[str, Scalar] = {}
    first_spans: dict[str, Span] = {}
    for entry in value.entries:
        key = entry.key.casefold()
        if key in first_spans:
            secondary = (Label(first_spans[key], "first given here"),)
            message = f"the key `{entry.key}` is given twice"
            yield Diagnostic(DUPLICATE_OPTION, message, Label(entry.key_span), secondary)
            continue
        first_spans[key] = entry.key_span
        scalar = _convert_map_value(entry.value)
        if is_secret_name(entry.value, target):
            assert isinstance(entry.value, Word)
            yield secret_flow(entry.value.text, f"`{entry.key}`", entry.value.span)
        elif scalar is None:
            expectation = "text in quotes, a number, `true` or `false`"
            message = f"`{entry.key}` takes {expectation}, not {describe_value(entry.value)}"
            yield Diagnostic(WRONG_TYPE, message, Label(entry.value.span))
        else:
            items[entry.key] = scalar
    return tuple(items.items())


def _convert_map_value(value: OptionValue) -> Scalar | None:
    match value:
        case Text():
            return value if value.plain is None else value.plain
        case Boolean(flag):
            return flag
        case Number(text):
            return text
        case _:
            return None


def _unfit_value(option: Option, span: Span, expectation: str) -> Diagnostic:
    return Diagnostic(UNFIT_VALUE, f"`{option.name}` takes {expectation}", Label(span))
