"""What a connector is, as its `connector.toml` says it."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

SPARK_LINES = ("3.5", "4.0", "4.1", "4.2", "4.3")
"""The Spark lines that a pipeline can be compiled for, oldest first."""

Default: TypeAlias = str | bool | int | float


class ConnectorSpecificationError(Exception):
    """A `connector.toml` that is not one: names the file and the key. Its author's mistake."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}")
        self.file = file
        self.key = key
        self.problem = problem


class Role(Enum):
    """On which side of a pipeline a connector stands; or what several uses of it share."""

    SOURCE = "source"
    SINK = "sink"
    CONNECTION = "connection"


class Mode(Enum):
    """How the data flows."""

    BATCH = "batch"
    STREAM = "stream"


class ValueKind(Enum):
    """What one value of an option is."""

    STRING = "string"
    CHAR = "char"
    DATETIME_PATTERN = "datetime pattern"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    DURATION = "duration"
    SIZE = "size"
    WORD = "word"
    MAP = "map"
    COLUMN = "column"
    SCHEMA = "schema"
    TRIGGER = "trigger"
    FUNCTION = "function"
    CONNECTION = "connection"
    FORMAT = "format"
    MILLISECONDS = "milliseconds"
    INSTANT = "instant"
    PARTITIONS = "partitions"
    OFFSETS = "offsets"
    INSTANTS = "instants"


class Shape(Enum):
    """How many values an option takes."""

    ONE = "one"
    LIST = "list"
    ONE_OR_LIST = "one or list"


class OptionPlacement(Enum):
    """Where an option's value goes in the PySpark that is emitted."""

    OPTION = "option"
    LOAD = "load"
    SCHEMA = "schema"
    MODE = "mode"
    PATH = "path"
    TABLE = "table"
    PARTITION_BY = "partition_by"
    SORT_BY = "sort_by"
    BUCKET_BY = "bucket_by"
    BUCKETS = "buckets"
    COALESCE = "coalesce"
    REPARTITION = "repartition"
    TRIGGER = "trigger"
    FUNCTION = "function"
    REQUIRE = "require"
    DIALECT = "dialect"
    KEY = "key"
    CONNECTION = "connection"
    VALUE = "value"
    VALUE_COLUMNS = "value_columns"
    RECORD_KEY = "record_key"
    RECORD_KEY_SCHEMA = "record_key_schema"
    RECORD_KEY_COLUMNS = "record_key_columns"
    HEADERS = "headers"
    EVENT_ID = "event_id"
    METADATA = "metadata"
    ON_ERROR = "on_error"
    TEMPLATE = "template"


class Topics(Enum):
    """How an option names topics, or places in them."""

    NAMES = "names"
    PATTERN = "pattern"
    PARTITIONS = "partitions"
    PLACES = "places"


class OptionType(Struct, frozen=True):
    """A kind of value, and one of them or several."""

    kind: ValueKind
    shape: Shape = Shape.ONE


class Choice(Struct, frozen=True):
    """One of the words that an option takes, `spark` being how Spark spells it.

    `adds_column` is the type of the column, called `spark`, that a source has with it. `settings`
    are the values of other options that a dialect stands for, `packages` what it needs beside the
    connector's own.
    """

    name: str
    spark: str
    since: str = SPARK_LINES[0]
    doc: str = ""
    adds_column: str = ""
    settings: tuple[tuple[str, Default], ...] = ()
    packages: tuple[str, ...] = ()


class Condition(Struct, frozen=True):
    """True when `option` has one of `values`; without values, when it is given at all."""

    option: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.option} = {' | '.join(self.values)}" if self.values else self.option


class CompilerDefault(Struct, frozen=True):
    """A value that the compiler emits, with its reason as a comment, where the user wrote none.

    It does so when all of `when` hold, one of `when_any` (if there are any), and none of `unless`;
    with `types`, only for columns of which one is of such a type, or holds one.
    """

    value: Default
    reason: str
    when: tuple[Condition, ...] = ()
    when_any: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    types: tuple[str, ...] = ()


class Option(Struct, frozen=True):
    """One option: `spark` is Spark's own key; a `*` in it stands for a column or key of the map.

    `default` is what Spark does when the option is absent, `default_text` says it where that is
    no literal. `adds_column` is the type of the column that the option's value names. `connection`
    is the kind of connection that the option names. `shared` options are those of a connection.
    `identity` holds where the value says which data it is: a checkpoint is good for that alone;
    `address` where it says on which servers the data is.
    `connection_only` holds for what Spark takes in another form, which a function makes.
    `column_types` are the types that the column it names may have.
    `changes_values` is false where no value that is read depends on it, so that state may outlive
    a change: said of an option that only decides when, how fast, or with which rights.
    `topics` holds where the value names topics of a broker.
    """

    name: str
    spark: str
    type: OptionType
    doc: str
    place: OptionPlacement = OptionPlacement.OPTION
    modes: frozenset[Mode] = frozenset(Mode)
    required: bool = False
    default: Default | None = None
    default_text: str = ""
    compiler_default: CompilerDefault | None = None
    choices: tuple[Choice, ...] = ()
    open: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    pattern_text: str = ""
    secret: bool = False
    connection: str = ""
    shared: bool = False
    since: str = SPARK_LINES[0]
    aliases: tuple[str, ...] = ()
    adds_column: str = ""
    identity: bool = False
    address: bool = False
    connection_only: bool = False
    changes_values: bool = True
    column_types: tuple[str, ...] = ()
    topics: Topics | None = None
    example: Default | tuple[str, ...] | None = None

    def choice(self, text: str) -> Choice | None:
        """The choice called `text`; case does not matter, as in Spark."""
        folded = text.casefold()
        return next((choice for choice in self.choices if choice.name == folded), None)


class ConstraintKind(Enum):
    """What a constraint demands; also its key in `connector.toml`."""

    AT_MOST_ONE = "at_most_one"
    AT_LEAST_ONE = "at_least_one"
    NEEDS = "needs"
    FORBIDS = "forbids"
    DISJOINT = "disjoint"
    WARNS = "warns"


class Constraint(Struct, frozen=True):
    """A rule among options; `when` is empty for a rule that always holds.

    DISJOINT: the columns that the first option names are named by none of the others. `before` is
    the Spark line from which on the rule holds no more, if there is one.
    """

    kind: ConstraintKind
    when: tuple[Condition, ...]
    conditions: tuple[Condition, ...]
    message: str
    help: str = ""
    before: str = ""


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


class RefusedKeys(Struct, frozen=True):
    """Keys that Spark refuses, or that break what it does, and what to do instead."""

    keys: tuple[str, ...]
    help: str
    modes: frozenset[Mode] = frozenset(Mode)


class ConnectorColumn(Struct, frozen=True):
    """A column that a connector itself knows; a sink may leave the name open.

    `when` is an option, true or false, with which a source has the column.
    """

    name: str
    type: str
    when: str = ""


class RoleSpecification(Struct, frozen=True):
    """A connector as a source, as a sink, or as a connection.

    `columns` are what a source yields when no schema is given, and what a sink takes besides its
    partition columns (none: whatever comes). `by_position` holds where a source finds the columns
    of its schema by their places, `fills_defaults` where it gives columns that the data lacks the
    defaults of the schema. `narrowed` are the types that its values have to be held to, because the
    reader changes what they cannot hold. `rejects` are Spark types that the format cannot hold,
    `TIME before 4.2` one that it cannot hold on older lines. `features` of streams:
    `continuous` and `real_time` processing. `function` of the runtime makes Spark's options of what
    a connection says, where they are not the same. `refused` are keys of Spark that `raw` must not
    have.
    """

    modes: frozenset[Mode]
    options: tuple[Option, ...]
    constraints: tuple[Constraint, ...] = ()
    columns: tuple[ConnectorColumn, ...] = ()
    rejects: tuple[str, ...] = ()
    replayable: bool = False
    by_position: bool = False
    fills_defaults: bool = False
    narrowed: tuple[str, ...] = ()
    idempotent: bool = False
    save_modes: tuple[str, ...] = ()
    output_modes: tuple[str, ...] = ()
    streaming: StreamingSupport | None = None
    features: tuple[str, ...] = ()
    function: str = ""
    refused: tuple[RefusedKeys, ...] = ()

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

    def has_option_at(self, placement: OptionPlacement) -> bool:
        """Whether an option goes to that place."""
        return any(option.place is placement for option in self.options)


class Connector(Struct, frozen=True):
    """A connector. `package` holds its templates: a folder of `ssbt.templates`, or a third party's.

    `packages` has `--packages` coordinates for each Spark line, none for what Spark brings along.
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
    packages: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def role(self, role: Role) -> RoleSpecification | None:
        """Its side as a source, a sink or a connection, if it has that side."""
        sides = {Role.SOURCE: self.source, Role.SINK: self.sink, Role.CONNECTION: self.connection}
        return sides[role]

    @property
    def page(self) -> str:
        """Where its options are described."""
        return f"docs/connectors/{self.name}.md"

    def coordinates(self, spark: str) -> tuple[str, ...]:
        """The `--packages` coordinates that it needs on a Spark line."""
        return dict(self.packages).get(spark, ())
