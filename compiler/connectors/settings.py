"""A connector's options after validation: what the IR holds and what is emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from ssbt.compiler.connectors.formats import Format
from ssbt.compiler.connectors.specification import Option, OptionPlacement, ValueKind
from ssbt.compiler.connectors.triggers import Trigger
from ssbt.compiler.connectors.values import ParamUse, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.source import Span


class ColumnName(Struct, frozen=True):
    """A column of the dataset, still to be looked up; `in_star` where no one has written it.

    `transform` is the function of it that is meant, if one is, and `width` the number before it.
    """

    name: str
    span: Span
    in_star: bool = False
    transform: str = ""
    width: int | None = None

    @property
    def sql(self) -> str:
        """The column, or the function of it, in SQL."""
        name = column_reference(self.name)
        width = f"{self.width}, " if self.width is not None else ""
        return f"{self.transform}({width}{name})" if self.transform else name


class SchemaName(Struct, frozen=True):
    """A declared schema, still to be looked up."""

    name: str
    span: Span


class ConnectionName(Struct, frozen=True):
    """A declared connection, still to be looked up."""

    name: str
    span: Span


class SecretName(Struct, frozen=True):
    """A declared secret, still to be looked up: a value that the run alone knows."""

    name: str
    span: Span


class FunctionName(Struct, frozen=True):
    """A Python function of the user's, as written: `sinks.py:upsert`."""

    text: str
    span: Span


class ConditionText(Struct, frozen=True):
    """A condition over columns in Spark SQL, empty until the columns are known.

    A parameter in it becomes a literal of its type.
    """

    parts: tuple[str | ParamUse, ...] = ()

    @property
    def display_text(self) -> str:
        """The text for people, parameters as `${name}`."""
        return "".join(
            part if isinstance(part, str) else f"${{{part.name}}}" for part in self.parts
        )


class ColumnsExcept(Struct, frozen=True):
    """All columns but these, until it is known which there are."""

    excluded: tuple[ColumnName, ...]
    span: Span


class FormatUse(Struct, frozen=True):
    """A format and its own settings: `json`, `json { date_format = "dd.MM.yyyy" }`."""

    format: Format
    settings: Settings


Scalar: TypeAlias = str | bool | int | float | Text | ParamUse | SecretName
"""A literal; a string with parameters in it (`Text`); or a parameter's own value (`ParamUse`)."""

MapItems: TypeAlias = tuple[tuple[str, Scalar], ...]

Value: TypeAlias = (
    Scalar
    | SchemaName
    | ColumnName
    | FunctionName
    | ConnectionName
    | Trigger
    | FormatUse
    | ConditionText
    | ColumnsExcept
    | tuple[Scalar, ...]
    | tuple[ColumnName, ...]
    | MapItems
)


class Setting(Struct, frozen=True):
    """An option and its valid value: words in Spark's spelling, sizes in bytes.

    A setting that the compiler supplied has no span, and a reason for the reader of the script.
    """

    option: Option
    value: Value
    span: Span | None
    reason: str = ""

    @property
    def columns(self) -> tuple[ColumnName, ...]:
        """The columns that the value names."""
        items = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(item for item in items if isinstance(item, ColumnName))


class SparkOption(Struct, frozen=True):
    """One `.option(name, value)`, with a comment where the compiler added it."""

    name: str
    value: Scalar | ConditionText
    reason: str = ""


class Settings(Struct, frozen=True):
    """All settings of one source or sink: the user's in their order, then the supplied ones."""

    settings: tuple[Setting, ...] = ()
    raw: tuple[SparkOption, ...] = ()

    def find(self, name: str) -> Setting | None:
        """The setting of the option called `name`."""
        return next((setting for setting in self.settings if setting.option.name == name), None)

    def is_true(self, name: str) -> bool:
        """Whether the option called `name` is surely true."""
        setting = self.find(name)
        return setting is not None and setting.value is True

    def at(self, placement: OptionPlacement) -> Setting | None:
        """The setting that goes to `place`, which only one option does (not for OPTION)."""
        return next(
            (setting for setting in self.settings if setting.option.place is placement), None
        )

    @property
    def connection(self) -> ConnectionName | None:
        """The connection that a source or sink names."""
        setting = self.at(OptionPlacement.CONNECTION)
        value = setting.value if setting else None
        return value if isinstance(value, ConnectionName) else None

    def columns_at(self, placement: OptionPlacement) -> tuple[ColumnName, ...]:
        """The columns named by the setting at `place`."""
        setting = self.at(placement)
        return setting.columns if setting else ()

    def sort_columns(self) -> tuple[str, ...]:
        """References to the columns that sort the rows of each file; none if buckets are sorted.

        The columns of the folders come first: Spark would otherwise sort by them once more, and
        that sorting keeps no order.
        """
        columns = self.columns_at(OptionPlacement.SORT_BY)
        if not columns or self.at(OptionPlacement.BUCKET_BY):
            return ()
        folders = self.columns_at(OptionPlacement.PARTITION_BY)
        return tuple(column_reference(column.name) for column in (*folders, *columns))

    def added_columns(self) -> Iterator[tuple[str, str, Span | None]]:
        """Name, type and place of the columns that options add to what is read.

        A schema that declares the column itself already has it.
        """
        for setting in self.settings:
            option, value = setting.option, setting.value
            if option.adds_column and isinstance(value, str):
                yield value, option.adds_column, setting.span
            if value is True:
                yield from ((*column, setting.span) for column in option.adds_columns)
            chosen = value if isinstance(value, tuple) else (value,)
            for choice in option.choices:
                if choice.adds_column and choice.spark in chosen:
                    yield choice.spark, choice.adds_column, setting.span

    def formats(self) -> Iterator[FormatUse]:
        """The formats of keys and values."""
        for setting in self.settings:
            if isinstance(setting.value, FormatUse):
                yield setting.value

    def format_at(self, placement: OptionPlacement) -> FormatUse | None:
        """The format of the setting at `place`."""
        setting = self.at(placement)
        return setting.value if setting and isinstance(setting.value, FormatUse) else None

    def spark_options(self) -> Iterator[SparkOption]:
        """Everything that goes through `.option`, the `raw` ones last."""
        for setting in self.settings:
            if setting.option.place is OptionPlacement.OPTION:
                yield from _spark_options(setting)
        yield from self.raw


def column_reference(name: str) -> str:
    """A column as Spark parses it: in backticks, unless it is a plain name."""
    plain = name.isascii() and name.isidentifier()
    return name if plain else f"`{name.replace('`', '``')}`"


_NON_SCALARS = (ColumnName, SchemaName, FunctionName, ConnectionName, Trigger)


def _spark_options(setting: Setting) -> Iterator[SparkOption]:
    """One option, or one for each column or key where the Spark key has a `*`."""
    option, value = setting.option, setting.value
    if not isinstance(value, tuple):
        if isinstance(value, Scalar | ConditionText):
            yield SparkOption(option.spark, value, setting.reason)
        return
    if "*" not in option.spark:
        names = [item.name if isinstance(item, ColumnName) else str(item) for item in value]
        yield SparkOption(option.spark, ",".join(names), setting.reason)
        return
    for item in value:
        if isinstance(item, ColumnName):
            yield SparkOption(option.spark.replace("*", item.name), True, setting.reason)
        elif option.type.kind is ValueKind.MAP and isinstance(item, tuple):
            key, mapped = item
            yield SparkOption(option.spark.replace("*", key), mapped, setting.reason)
