"""What an option of a connector is, and the rules among options, as `connector.toml` says it."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

SPARK_LINES = ("3.5", "4.0", "4.1", "4.2", "4.3")
"""The Spark lines that a pipeline can be compiled for, oldest first."""

Default: TypeAlias = str | bool | int | float


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
    CONDITION = "condition"


class TextForm(Enum):
    """What a text names, where Spark finds out only when the job runs."""

    TIME_ZONE = "time zone"
    LOCALE = "locale"
    GLOB = "glob"
    PATH = "path"
    PATH_GLOB = "path with globs"
    TIME = "time"
    MOMENT = "date or time"
    TABLE = "table name"


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
    COLUMN = "column"


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
    """True when `option` has one of `values`; without values, when it is given at all.

    A map has those of its entries, `key:value`.
    """

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


class ChangeFeed(Struct, frozen=True):
    """What rows are that say how others have changed, by the columns that an option adds.

    `kind` is the column that says what happened; `deleted` is its value of rows that are gone, and
    `replaced` that of rows as they were before an update, empty where they are told as `deleted`.
    `versions` are columns that grow with each commit; `unordered` are others that look like it.
    """

    kind: str
    deleted: str
    replaced: str = ""
    versions: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()


class Option(Struct, frozen=True):
    """One option: `spark` is Spark's own key; a `*` in it stands for a column or key of the map.

    `default` is what Spark does when the option is absent, `default_text` says it where that is
    no literal. `adds_column` is the type of the column that the option's value names. `connection`
    is the kind of connection that the option names. `shared` options are those of a connection.
    `identity` holds where the value says which data it is: a checkpoint is good for that alone;
    `address` where it says on which servers the data is.
    `connection_only` holds for what Spark takes in another form, which a function makes.
    `column_types` are the types that the column it names may have. `adds_columns` are the names and
    types of columns that a source has where the option is true, `feed` what they say about changes.
    `changes_values` is false where no value that is read depends on it, so that state may outlive
    a change: said of an option that only decides when, how fast, or with which rights.
    `topics` holds where the value names topics of a broker, `form` says what a text has to name.
    `transforms` are the functions of columns that may stand for a column. `known_keys` are those of
    a map that a misspelt one may mean, `known_values` what some of them take. `is_kept` where a
    table keeps the value that it is created with.
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
    adds_columns: tuple[tuple[str, str], ...] = ()
    feed: ChangeFeed | None = None
    identity: bool = False
    address: bool = False
    connection_only: bool = False
    changes_values: bool = True
    column_types: tuple[str, ...] = ()
    topics: Topics | None = None
    form: TextForm | None = None
    transforms: tuple[str, ...] = ()
    is_kept: bool = False
    known_keys: tuple[str, ...] = ()
    known_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
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
    the Spark line from which on the rule holds no more, if there is one; `modes` are those in which
    it holds.
    """

    kind: ConstraintKind
    when: tuple[Condition, ...]
    conditions: tuple[Condition, ...]
    message: str
    help: str = ""
    before: str = ""
    modes: frozenset[Mode] = frozenset(Mode)


def is_newer(since: str, spark: str) -> bool:
    """Whether what came with Spark `since` is missing in Spark `spark`."""
    return SPARK_LINES.index(since) > SPARK_LINES.index(spark)
