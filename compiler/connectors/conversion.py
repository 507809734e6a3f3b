"""What a user wrote, as the value that an option takes.

The functions here yield findings and return the value, or nothing where a finding says why not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ssbt.compiler.connectors.durations import interval, milliseconds, short
from ssbt.compiler.connectors.parameters import Target, base_type, param_value, takes_param
from ssbt.compiler.connectors.partitions import assigned, instant, instants, offsets
from ssbt.compiler.connectors.secrets import flows, names_secret, secret_value
from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConnectionName,
    FunctionName,
    MapItems,
    Scalar,
    SchemaName,
    Value,
)
from ssbt.compiler.connectors.specification import SPARK_LINES, Kind, Option, Shape
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
    found,
    one_of,
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


def converted(option: Option, value: OptionValue, target: Target) -> Converted:
    """The value of the option. Columns are always a tuple; paths only where a list was written."""
    if option.secret:
        return (yield from secret_value(option, value, target))
    shape = option.type.shape
    if isinstance(value, ListOf) and shape is not Shape.ONE:
        return (yield from _list(option, value, target))
    if shape is Shape.LIST:
        yield wrong_type(option, value)
        return None
    one = yield from _one(option, value, target, item=False)
    return (one,) if isinstance(one, ColumnName) and shape is Shape.ONE_OR_LIST else one


def _list(option: Option, value: ListOf, target: Target) -> Converted:
    if not value.items:
        message = f"`{option.name}` needs at least one item"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span, "this list is empty"))
        return None
    items = []
    for item in value.items:
        items.append((yield from _one(option, item, target, item=True)))
    columns = [item for item in items if isinstance(item, ColumnName)]
    yield from _repeated(option, columns)
    if len(columns) == len(items):
        return tuple(columns)
    scalars = [item for item in items if isinstance(item, Scalar)]
    return tuple(scalars) if len(scalars) == len(items) else None


def _repeated(option: Option, columns: list[ColumnName]) -> Generator[Diagnostic, None, None]:
    """A column named twice, which Spark rejects when the job runs; case does not matter to it."""
    seen: dict[str, ColumnName] = {}
    for column in columns:
        first = seen.setdefault(column.name.casefold(), column)
        if first is not column:
            message = f"`{option.name}` names the column `{column.name}` twice"
            before = (Label(first.span, "here already"),)
            yield Diagnostic(UNFIT_VALUE, message, Label(column.span), before)


def _one(option: Option, value: OptionValue, target: Target, *, item: bool) -> Converted:
    """One value, alone or as the item of a list."""
    match option.type.kind, value:
        case Kind.STRING | Kind.CHAR | Kind.DATETIME_PATTERN, Text():
            return (yield from _text(option, value, target))
        case Kind.BOOLEAN, Boolean():
            return value.value
        case Kind.INTEGER | Kind.NUMBER, Number():
            return (yield from _number(option, value, item))
        case Kind.WORD | Kind.OFFSETS, Word() | Text():
            return (yield from _word(option, value, target))
        case Kind.DURATION, Duration():
            return (yield from _duration(option, value))
        case Kind.MILLISECONDS, Duration():
            return (yield from _milliseconds(option, value))
        case Kind.OFFSETS, MapOf():
            return (yield from offsets(option, value))
        case Kind.INSTANTS, MapOf():
            return (yield from instants(option, value))
        case Kind.PARTITIONS, MapOf():
            return (yield from assigned(option, value))
        case Kind.INSTANT, Text(sole_param=None):
            return (yield from instant(option, value))
        case Kind.TRIGGER, Word() | Every():
            return (yield from _trigger(option, value, target))
        case Kind.FUNCTION, Text(plain=str(text)):
            return FunctionName(text, value.span)
        case Kind.SIZE, Size():
            return (yield from _size(option, value))
        case Kind.MAP, MapOf():
            return (yield from map_items(value, target))
        case Kind.COLUMN, Word():
            return ColumnName(value.text, value.span)
        case Kind.COLUMN, Text(plain=str(name)):
            return ColumnName(name, value.span)
        case Kind.SCHEMA, Word():
            return SchemaName(value.text, value.span)
        case Kind.CONNECTION, Word():
            return ConnectionName(value.text, value.span)
        case kind, Text(sole_param=ParamUse() as param) if takes_param(kind):
            return (yield from param_value(option, param, value, target))
    yield _unfitting(option, value, target, item)
    return None


def _unfitting(option: Option, value: OptionValue, target: Target, item: bool) -> Diagnostic:
    """The finding that a value is none for the option."""
    if isinstance(value, Word) and names_secret(value, target):
        return flows(value.text, f"`{option.name}`", value.span)
    return wrong_type(option, value, item)


def _text(option: Option, value: Text, target: Target) -> ConvertedScalar:
    plain = value.plain
    if plain is None:
        return (yield from _text_with_params(option, value, target))
    if option.type.kind is Kind.CHAR:
        shortest = 1 if option.minimum is None else option.minimum
        if not shortest <= len(plain) <= 1:
            yield _unfit(option, value.span, f"one character, not {len(plain)}")
            return None
    if option.pattern and not re.fullmatch(option.pattern, plain):
        yield _unfit(option, value.span, option.pattern_text)
        return None
    return plain


def _text_with_params(option: Option, value: Text, target: Target) -> ConvertedScalar:
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
        return (yield from param_value(option, param, value, target))
    # A string needs no formatting on its way into an option; anything else becomes text.
    return param if base_type(target, param) == "string" else value


def _word(option: Option, value: Word | Text, target: Target) -> ConvertedScalar:
    if isinstance(value, Text) and value.plain is None:
        return (yield from _text_with_params(option, value, target))
    text = (value.plain if isinstance(value, Text) else value.text) or ""
    choice = option.choice(text)
    if choice is None:
        if option.open and isinstance(value, Text):
            return text
        if names_secret(value, target):
            yield flows(text, f"`{option.name}`", value.span)
        else:
            yield _unknown_choice(option, text, value)
        return None
    if is_newer(choice.since, target.spark):
        what = f"`{option.name} = {choice.name}`"
        yield too_new(what, choice.since, target.spark, value.span)
        return None
    return choice.spark


def _unknown_choice(option: Option, text: str, value: Word | Text) -> Diagnostic:
    names = [choice.name for choice in option.choices]
    near = _OTHER_CHOICES.get(text.casefold())
    near = near if near in names else did_you_mean(text, names)
    # One word may have other choices for batch than for streams.
    only = [mode.value for mode in option.modes] if len(option.modes) == 1 else []
    where = "".join(f" for a {mode}" for mode in only)
    return Diagnostic(
        UNKNOWN_CHOICE,
        f"`{option.name}` cannot be `{text}`{where}"
        + (f"; did you mean `{near}`?" if near else ""),
        Label(value.span),
        help=(f"the choices are {one_of(f'`{name}`' for name in names)}",),
        fix=(Edit(value.span, near),) if near else (),
    )


def _number(option: Option, value: Number, item: bool) -> ConvertedScalar:
    try:
        number = float(value.text) if option.type.kind is Kind.NUMBER else int(value.text)
    except ValueError:
        yield wrong_type(option, value, item)
        return None
    if option.minimum is not None and number < option.minimum:
        yield _unfit(option, value.span, f"at least {option.minimum:g}")
        return None
    if option.maximum is not None and number > option.maximum:
        yield _unfit(option, value.span, f"at most {option.maximum:g}")
        return None
    return number


def _duration(option: Option, value: Duration) -> ConvertedScalar:
    found = short(value.amount, value.unit)
    if found is None:
        units = "milliseconds, seconds, minutes, hours, days or weeks"
        yield _unfit(option, value.span, f"a whole number of {units}")
    return found


def _milliseconds(option: Option, value: Duration) -> ConvertedScalar:
    written = interval(value.amount, value.unit)
    found = milliseconds(written) if written else None
    if found is None or found != int(found):
        units = "milliseconds, seconds, minutes, hours, days or weeks"
        yield _unfit(option, value.span, f"a whole number of {units}")
        return None
    return int(found)


def _trigger(
    option: Option, value: Word | Every, target: Target
) -> Generator[Diagnostic, None, Trigger | None]:
    word = value.text if isinstance(value, Word) else value.word
    kinds = {kind.value: kind for kind in TriggerKind}
    kind = kinds.get(word)
    text = ""
    if isinstance(value, Every) and short(value.duration.amount, value.duration.unit):
        # What has no short form depends on the calendar, or is no whole number.
        text = interval(value.duration.amount, value.duration.unit) or ""
    is_fit = kind in SHORTEST or (kind in TIMED) == isinstance(value, Every)
    if kind is None or not is_fit:
        yield wrong_type(option, value)
        return None
    if isinstance(value, Every) and not text:
        wanted = "a whole number of seconds, minutes or hours"
        yield Diagnostic(UNFIT_VALUE, f"`{word}` takes {wanted}", Label(value.duration.span))
        return None
    least = SHORTEST.get(kind, 0)
    if isinstance(value, Every) and (milliseconds(text) or 0) < least * 1000:
        message = f"`{word}` takes at least {least} seconds"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.duration.span))
        return None
    since = SINCE.get(kind, SPARK_LINES[0])
    if is_newer(since, target.spark):
        yield too_new(f"`{option.name} = {word}`", since, target.spark, value.span)
    return Trigger(kind, text)


def _size(option: Option, value: Size) -> ConvertedScalar:
    """The number of bytes; as for Spark, 1 kb is 1024 of them."""
    factor = _BYTES.get(value.unit.casefold().replace("ib", "b"))
    try:
        size = float(value.amount) * factor if factor else -1
    except ValueError:
        size = -1
    if size < 0 or size != int(size):
        units = ", ".join(f"`{unit}`" for unit in _BYTES)
        yield _unfit(option, value.span, f"a whole number of bytes, in {units}")
        return None
    return int(size)


def map_items(value: MapOf, target: Target) -> Generator[Diagnostic, None, MapItems]:
    """The keys and values of a map, without those that there are findings about."""
    items: dict[str, Scalar] = {}
    first: dict[str, Span] = {}
    for entry in value.entries:
        key = entry.key.casefold()
        if key in first:
            before = (Label(first[key], "first given here"),)
            message = f"the key `{entry.key}` is given twice"
            yield Diagnostic(DUPLICATE_OPTION, message, Label(entry.key_span), before)
            continue
        first[key] = entry.key_span
        scalar = _map_value(entry.value)
        if names_secret(entry.value, target):
            assert isinstance(entry.value, Word)
            yield flows(entry.value.text, f"`{entry.key}`", entry.value.span)
        elif scalar is None:
            wanted = "text in quotes, a number, `true` or `false`"
            message = f"`{entry.key}` takes {wanted}, not {found(entry.value)}"
            yield Diagnostic(WRONG_TYPE, message, Label(entry.value.span))
        else:
            items[entry.key] = scalar
    return tuple(items.items())


def _map_value(value: OptionValue) -> Scalar | None:
    match value:
        case Text():
            return value if value.plain is None else value.plain
        case Boolean(flag):
            return flag
        case Number(text):
            return text
        case _:
            return None


def _unfit(option: Option, span: Span, wanted: str) -> Diagnostic:
    return Diagnostic(UNFIT_VALUE, f"`{option.name}` takes {wanted}", Label(span))
