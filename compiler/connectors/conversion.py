"""What a user wrote, as the value that an option takes.

The functions here yield findings and return the value, or nothing where a finding says why not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ssbt.compiler.connectors.maps import convert_map_items
from ssbt.compiler.connectors.parameters import ConversionTarget, check_param, takes_param
from ssbt.compiler.connectors.partitions import (
    convert_assignment,
    convert_instant,
    convert_instants,
    convert_offsets,
)
from ssbt.compiler.connectors.quantities import convert_number, convert_size
from ssbt.compiler.connectors.secrets import convert_secret, is_secret_name, secret_flow
from ssbt.compiler.connectors.settings import (
    ColumnName,
    ColumnsExcept,
    ConditionText,
    ConnectionName,
    FunctionName,
    Scalar,
    SchemaName,
    Value,
)
from ssbt.compiler.connectors.specification import Option, Shape, ValueKind
from ssbt.compiler.connectors.texts import convert_text, convert_word
from ssbt.compiler.connectors.timings import convert_duration, convert_milliseconds, convert_trigger
from ssbt.compiler.connectors.transforms import convert_transform, is_transform
from ssbt.compiler.connectors.values import (
    Boolean,
    Condition,
    Duration,
    Every,
    ListOf,
    MapOf,
    Number,
    OptionValue,
    ParamUse,
    Size,
    StarExcept,
    Text,
    Word,
)
from ssbt.compiler.connectors.wording import wrong_type
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Generator

    Converted: TypeAlias = Generator[Diagnostic, None, Value | None]


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
        first = columns_by_name.setdefault(column.sql.casefold(), column)
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
            return (yield from convert_text(option, value, target))
        case ValueKind.BOOLEAN, Boolean():
            return value.value
        case ValueKind.INTEGER | ValueKind.NUMBER, Number():
            return (yield from convert_number(option, value, item))
        case ValueKind.INTEGER, Word() if option.choice(value.text):
            return (yield from convert_word(option, value, target))
        case ValueKind.WORD | ValueKind.OFFSETS, Word() | Text():
            return (yield from convert_word(option, value, target))
        case ValueKind.DURATION, Duration():
            return (yield from convert_duration(option, value))
        case ValueKind.MILLISECONDS, Duration():
            return (yield from convert_milliseconds(option, value))
        case ValueKind.OFFSETS, MapOf():
            return (yield from convert_offsets(option, value))
        case ValueKind.INSTANTS, MapOf():
            return (yield from convert_instants(option, value))
        case ValueKind.PARTITIONS, MapOf():
            return (yield from convert_assignment(option, value))
        case ValueKind.INSTANT, Text(sole_param=None):
            return (yield from convert_instant(option, value))
        case ValueKind.TRIGGER, Word() | Every():
            return (yield from convert_trigger(option, value, target))
        case ValueKind.SIZE, Size():
            return (yield from convert_size(option, value))
        case ValueKind.MAP, MapOf():
            return (yield from convert_map_items(option, value, target))
        case ValueKind.COLUMN, StarExcept(excluded, span) if option.open:
            names = tuple(ColumnName(each.text, each.span) for each in excluded)
            return ColumnsExcept(names, span)
        case ValueKind.CONDITION, Condition():
            return ConditionText()
        case ValueKind.COLUMN, Text() if option.transforms and is_transform(value):
            return (yield from convert_transform(option, value))
        case ValueKind.COLUMN | ValueKind.SCHEMA | ValueKind.CONNECTION | ValueKind.FUNCTION, _:
            if (name := _convert_name(option.type.kind, value)) is not None:
                return name
        case kind, Text(sole_param=ParamUse() as param) if takes_param(kind):
            return (yield from check_param(option, param, value, target))
        case _:
            pass
    yield _explain_misfit(option, value, target, item)
    return None


def _convert_name(
    kind: ValueKind, value: OptionValue
) -> ColumnName | SchemaName | ConnectionName | FunctionName | None:
    """What a word or a text names; None where it names nothing of the kind."""
    match kind, value:
        case ValueKind.COLUMN, Word():
            return ColumnName(value.text, value.span)
        case ValueKind.COLUMN, Text(plain=str(name)):
            return ColumnName(name, value.span)
        case ValueKind.SCHEMA, Word():
            return SchemaName(value.text, value.span)
        case ValueKind.CONNECTION, Word():
            return ConnectionName(value.text, value.span)
        case ValueKind.FUNCTION, Text(plain=str(text)):
            return FunctionName(text, value.span)
        case _:
            return None


def _explain_misfit(
    option: Option, value: OptionValue, target: ConversionTarget, item: bool
) -> Diagnostic:
    """The finding that a value is none for the option."""
    if isinstance(value, Word) and is_secret_name(value, target):
        return secret_flow(value.text, f"`{option.name}`", value.span)
    return wrong_type(option, value, item)
