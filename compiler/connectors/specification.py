"""What a connector is, as its `connector.toml` says it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.connectors.option_specification import (
    SPARK_LINES,
    ChangeFeed,
    Choice,
    CompilerDefault,
    Condition,
    Constraint,
    ConstraintKind,
    Default,
    Mode,
    Option,
    OptionPlacement,
    OptionType,
    Shape,
    TextForm,
    Topics,
    ValueKind,
    is_newer,
)

__all__ = [
    "SPARK_LINES",
    "ChangeFeed",
    "Checkpoint",
    "Choice",
    "CompilerDefault",
    "Condition",
    "Connector",
    "ConnectorColumn",
    "ConnectorSpecificationError",
    "Constraint",
    "ConstraintKind",
    "Default",
    "Delivery",
    "Mode",
    "Option",
    "OptionPlacement",
    "OptionType",
    "RefusedKeys",
    "Role",
    "RoleSpecification",
    "SessionSetting",
    "Shape",
    "StreamingSupport",
    "TextForm",
    "Topics",
    "ValueKind",
    "is_newer",
]


class ConnectorSpecificationError(Exception):
    """A `connector.toml` that is not one: names the file and the key. Its author's mistake."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}")
        self.file = file
        self.key = key
        self.problem = problem


class Role(Enum):
    """On which side of a pipeline a connector stands; what several uses of it share; or the upkeep
    of tables that it writes."""

    SOURCE = "source"
    SINK = "sink"
    CONNECTION = "connection"
    UPKEEP = "upkeep"

    @property
    def plural(self) -> str:
        """Several of them, in a message."""
        return "`maintain`" if self is Role.UPKEEP else f"{self.value}s"


class Checkpoint(Enum):
    """Whether a stream into a sink keeps its place in a checkpoint of the pipeline's."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Delivery(Enum):
    """How often a row of a stream arrives at a sink, the weakest promise first."""

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"
    EFFECTIVELY_ONCE = "effectively_once"
    EXACTLY_ONCE = "exactly_once"

    @property
    def phrase(self) -> str:
        """In words: `exactly once`."""
        return self.value.replace("_", " ")


class StreamingSupport(Struct, frozen=True):
    """What a sink is to streams: what it promises about delivery, and why.

    `keyed` is the option that names the columns which tell rows apart: with it, a row that is
    written again replaces itself.
    """

    delivery: Delivery
    reason: str
    checkpoint: Checkpoint = Checkpoint.REQUIRED
    keyed: str = ""
    keyed_reason: str = ""


ANY_KEY = "*"
"""Of keys that are refused: all."""


class RefusedKeys(Struct, frozen=True):
    """Keys that Spark refuses, or that break what it does, and what to do instead."""

    keys: tuple[str, ...]
    help: str
    modes: frozenset[Mode] = frozenset(Mode)


class ColumnNames(Struct, frozen=True):
    """Which names columns of a table may have.

    One that `pattern` does not match in full stops the job, unless the option `properties` has
    `any_property`; `pattern_text` says which it matches. One of `reserved` stops it where
    `reserving_property`, if there is one, is true.
    """

    pattern: str = ""
    pattern_text: str = ""
    any_property: str = ""
    reserved: tuple[str, ...] = ()
    reserving_property: str = ""


class SessionSetting(Struct, frozen=True):
    """A setting that the session must have, and why, if no setting before it says so.

    `is_list` holds where Spark reads several values with commas between them: others may be there.
    `drops_parameters` holds where the parser of a session with it does not pass on parameters.
    `is_default` holds where the pipeline may set another value.
    """

    name: str
    value: str
    reason: str
    is_list: bool = False
    drops_parameters: bool = False
    is_default: bool = False


class ConnectorColumn(Struct, frozen=True):
    """A column that a connector itself knows; a sink may leave the name open.

    `when` is an option, true or false, with which a source has the column.
    """

    name: str
    type: str
    when: str = ""


class RoleSpecification(Struct, frozen=True):
    """A connector as a source, as a sink, as a connection, or what upkeep its tables can have.

    `columns` are what a source yields when no schema is given, and what a sink takes besides its
    partition columns (none: whatever comes). `by_position` holds where a source finds the columns
    of its schema by their places, `fills_defaults` where it gives columns that the data lacks the
    defaults of the schema. `parser` is the library that finds lines and values in its texts, where
    they follow from how it does: `univocity` for CSV, `jackson` for JSON. `transient` holds where
    what a sink takes is only shown, thrown away or held in memory, `makes_view` where it becomes a
    view called as the sink. `narrowed` are the types that its values have to be held to, because
    the reader changes what they cannot hold. `rejects` are Spark types that the format cannot hold,
    `TIME before 4.2` one that it cannot hold on older lines. `features` of streams:
    `continuous` and `real_time` processing. `function` of the runtime makes Spark's options of what
    a connection says, where they are not the same. `refused` are keys of Spark that `raw` must not
    have; where there is a `raw_prefix`, Spark skips keys that do not begin with it, and gives
    the rest of the others to clients: `raw_clients` says of which kind.
    `versioned` holds where a folder is a table whose log says which files are in it: readers keep
    the version that they began with, and what else lies there is nothing to them. `column_names`
    are those that its columns may have. The script creates a table before it writes to it in a mode
    of `creates`. It is of `any_format` where a table is read or written whatever its format is. A
    source `fits_columns` where the script holds the columns of tables to its schema. A connection
    with a `catalog` is one of the session, and this the class of it.
    `numbers_batches` holds for the upkeep of tables whose versions say which batches of streams
    they have: a stream that writes one needs them as readers do.
    """

    modes: frozenset[Mode]
    options: tuple[Option, ...]
    constraints: tuple[Constraint, ...] = ()
    columns: tuple[ConnectorColumn, ...] = ()
    rejects: tuple[str, ...] = ()
    replayable: bool = False
    by_position: bool = False
    fills_defaults: bool = False
    parser: str = ""
    transient: bool = False
    makes_view: bool = False
    narrowed: tuple[str, ...] = ()
    idempotent: bool = False
    save_modes: tuple[str, ...] = ()
    output_modes: tuple[str, ...] = ()
    streaming: StreamingSupport | None = None
    features: tuple[str, ...] = ()
    function: str = ""
    refused: tuple[RefusedKeys, ...] = ()
    raw_prefix: str = ""
    raw_clients: str = ""
    versioned: bool = False
    column_names: ColumnNames = ColumnNames()
    creates: tuple[str, ...] = ()
    any_format: bool = False
    fits_columns: bool = False
    catalog: str = ""
    numbers_batches: bool = False

    def option(self, name: str, mode: Mode | None = None) -> Option | None:
        """The option called `name`, for batch or stream when told which."""
        for option in self.options:
            if option.name == name and (mode is None or mode in option.modes):
                return option
        return None

    def rejected_types(self, spark: str) -> tuple[str, ...]:
        """The types that the format cannot hold on a Spark line."""
        rows = (each.split(" before ") for each in self.rejects)
        lines = SPARK_LINES.index
        return tuple(
            type_name for type_name, *line in rows if not line or lines(spark) < lines(line[0])
        )

    def takes_raw(self, mode: Mode) -> bool:
        """Whether `raw` may have any key."""
        return not any(ANY_KEY in row.keys and mode in row.modes for row in self.refused)

    def has_option_at(self, placement: OptionPlacement) -> bool:
        """Whether an option goes to that place."""
        return any(option.place is placement for option in self.options)


class Connector(Struct, frozen=True):
    """A connector. `package` holds its templates: a folder of `ssbt.templates`, or a third party's.

    `packages` has `--packages` coordinates for each Spark line, none for what Spark brings along;
    a line that is missing among others has no package. `session` are settings that it needs.
    """

    name: str
    title: str
    summary: str
    doc: str
    spark_format: str
    package: str
    source: RoleSpecification | None = None
    sink: RoleSpecification | None = None
    connection: RoleSpecification | None = None
    upkeep: RoleSpecification | None = None
    packages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    session: tuple[SessionSetting, ...] = ()

    def role(self, role: Role) -> RoleSpecification | None:
        """Its side as a source, a sink, a connection or a table in need of upkeep, if it has it."""
        sides = {Role.SOURCE: self.source, Role.SINK: self.sink, Role.CONNECTION: self.connection}
        return {**sides, Role.UPKEEP: self.upkeep}[role]

    @property
    def page(self) -> str:
        """Where its options are described."""
        return f"docs/connectors/{self.name}.md"

    def coordinates(self, spark: str) -> tuple[str, ...]:
        """The `--packages` coordinates that it needs on a Spark line."""
        return dict(self.packages).get(spark, ())

    def lacks(self, spark: str) -> bool:
        """Whether there is no package of it for a Spark line."""
        return bool(self.packages) and spark not in dict(self.packages)
