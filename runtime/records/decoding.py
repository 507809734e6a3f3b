"""A broker's records decoded into columns; those that cannot be are never lost unsaid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import count
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructType

from ssbt.runtime.brokers.topics import report_missing_topics
from ssbt.runtime.errors.call_sites import without_call_sites
from ssbt.runtime.fitting.misfits import (
    Looks,
    Misfit,
    after_colon,
    convert_value,
    find_misfits,
    is_any,
    render_misfits,
)

ADDED = "_ssbt_decoded"
"""A field that stands in what is decoded for its marker's sake alone."""
DEAD_LETTER, RECORD = "_dead_letter", "_record"
"""What a judged record has beside its columns: itself, if it is malformed, and its place."""
MALFORMED = "malformed records "
"""How the counts of malformed records that were left out are called, before a number."""
_NUMBERS = count(1)
PLACE = ("topic", "partition", "offset")
# The decoded parts are beside the record's own columns, none of which is called like this.
_DECODED = "_decoded_"


@dataclass(frozen=True)
class Decoding:
    """What the bytes of a key or value become, and what is wrong with those that are malformed.

    `result` is computed once for each record; all else looks at it. It may be a function of what is
    computed before it, `first`. Bytes are malformed if it is null; if it has a field `malformed`
    that is not null, or a field `marker` that is; if `is_whole` says no; or if `sound`, which looks
    at the bytes themselves, does. The key or value is the `content` of the result, and it is
    malformed, too, if it holds what its `type` does not; `looks` says what else is looked at.

    `problem` says what is wrong with malformed bytes; values of the fields `masked` are not shown.
    """

    result: Column | Callable[[Column], Column]
    problem: str | Column | Callable[[Column], Column]
    malformed: str | None = None
    marker: str | None = None
    sound: Column | None = None
    is_whole: Callable[[Column], Column] | None = None
    content: Callable[[Column], Column] | None = None
    type: DataType | None = None
    looks: Looks = field(default_factory=Looks)
    masked: frozenset[str] = frozenset()
    first: Column | None = None


@without_call_sites()
def decoded(
    records: DataFrame,
    value: Decoding,
    key: Decoding | None = None,
    *,
    metadata: Sequence[str] = (),
    on_error: str = "fail",
    counted: bool = True,
) -> DataFrame:
    """The fields of the value as columns (or `value`, if it has none), then `_key` and `metadata`.

    Metadata is named with an underscore in front: `_offset`. A malformed record stops the job
    with its place in the error where `on_error` is `fail`, and is left out where it is `drop`.
    Where it is `dead_letter`, nothing is left out: each record is judged, and `decoded_rows`
    and `dead_letters` take what is theirs. What a stream leaves out is `counted`, unless it has no
    batches: Spark has no counts there.
    """
    report_missing_topics(records)
    frame, parts = _decode_parts(records, value, key)
    judged: list[Column] = []
    if on_error == "dead_letter":
        judged = [_dead_letter(parts), F.struct(*PLACE).alias(RECORD)]
    elif on_error == "fail":
        frame = reduce(_stop_at_malformed, parts, frame)
    else:
        frame = _drop_malformed(frame, parts, counted=counted)
    columns = [each for part in parts for each in part.columns()]
    return frame.select(*columns, *map(_metadata_column, metadata), *judged)


@dataclass(frozen=True)
class _Part:
    """A key or value in the column `name` of what was decoded.

    Of its `content`, which has the type `type`, the `misfits` may hold what their columns do not.
    """

    name: str
    decoding: Decoding
    content: Column
    type: DataType
    misfits: Sequence[Misfit]

    @property
    def title(self) -> str:
        """What the record calls it."""
        return self.name.removeprefix(_DECODED)

    def is_malformed(self) -> Column:
        """Whether the bytes of a record are; those of a null are not."""
        decoding, column = self.decoding, F.col(self.name)
        wrong = column.isNull()
        if decoding.malformed is not None:
            wrong = wrong | column.getField(decoding.malformed).isNotNull()
        if decoding.marker is not None:
            wrong = column.getField(decoding.marker).isNull()
        if decoding.is_whole is not None:
            wrong = wrong | ~decoding.is_whole(column)
        if decoding.sound is not None:
            wrong = wrong | ~decoding.sound
        if self.misfits:
            wrong = wrong | is_any(self.misfits)
        return F.col(self.title).isNotNull() & wrong

    def problem(self) -> Column:
        """What is wrong with malformed bytes."""
        problem = self.decoding.problem
        if isinstance(problem, str):
            problem = F.lit(problem)
        elif not isinstance(problem, Column):
            problem = problem(F.col(self.name))
        if self.misfits:
            detail = render_misfits(self.misfits, self.decoding.masked)
            problem = F.concat(problem, after_colon(detail))
        return problem

    def columns(self) -> list[Column]:
        """What becomes of it: a value its fields, if it has any, and a key one column."""
        return self._key_columns() if self.title == "key" else self._value_columns()

    def _value_columns(self) -> list[Column]:
        target = self.decoding.type or self.type
        if not isinstance(self.type, StructType):
            return [convert_value(self.content, self.type, target).alias("value")]
        fields = target if isinstance(target, StructType) else self.type
        return [
            convert_value(
                self.content[name], self.type[name].dataType, fields[name].dataType
            ).alias(name)
            for name in self.type.names
            if name not in (self.decoding.malformed, ADDED)
        ]

    def _key_columns(self) -> list[Column]:
        fields = self.type.names if isinstance(self.type, StructType) else ()
        extra = [field for field in fields if field in (self.decoding.malformed, ADDED)]
        content = self.content.dropFields(*extra) if extra else self.content
        return [convert_value(content, self.type, self.decoding.type or self.type).alias("_key")]


def _decode_parts(
    records: DataFrame, value: Decoding, key: Decoding | None
) -> tuple[DataFrame, list[_Part]]:
    """The records with what their values and keys hold, each in a column beside its bytes."""
    pairs = {f"{_DECODED}{n}": d for n, d in (("value", value), ("key", key)) if d is not None}
    firsts = (_once(d.first, name) for name, d in pairs.items() if d.first is not None)
    firsts_and_records = records.select("*", *firsts)
    results = (_once(_result(d, F.col(name)), name) for name, d in pairs.items())
    frame = firsts_and_records.select(*records.columns, *results)
    contents = {
        name: F.col(name) if d.content is None else d.content(F.col(name))
        for name, d in pairs.items()
    }
    types = frame.select(*(each.alias(name) for name, each in contents.items())).schema
    return frame, [
        _build_part(name, d, contents[name], types[name].dataType) for name, d in pairs.items()
    ]


def _build_part(name: str, decoding: Decoding, content: Column, type: DataType) -> _Part:
    misfits = find_misfits(content, type, decoding.type or type, looks=decoding.looks)
    return _Part(name, decoding, content, type, misfits)


def _stop_at_malformed(frame: DataFrame, part: _Part) -> DataFrame:
    location = F.concat(_record_location(), F.lit(f"its {part.title} is "), part.problem())
    wrong = _is_once() & part.is_malformed()
    # A quarter faster than a `when`: sound records pass at the first side.
    return frame.where(~wrong | F.raise_error(location).cast("boolean"))


def _drop_malformed(frame: DataFrame, parts: Sequence[_Part], *, counted: bool) -> DataFrame:
    wrong = reduce(or_, (part.is_malformed() for part in parts), F.lit(False))
    if frame.isStreaming and counted:
        # Streams tell it of each batch; two sources of one query must not count under one name.
        malformed_count = F.count(F.when(wrong, 1)).alias("malformed")
        frame = frame.observe(f"{MALFORMED}{next(_NUMBERS)}", malformed_count)
    return frame.where(~wrong)


def decoded_rows(records: DataFrame) -> DataFrame:
    """Of judged records those that could be decoded."""
    return records.where(F.col(DEAD_LETTER).isNull()).drop(DEAD_LETTER, RECORD)


def dead_letters(records: DataFrame) -> DataFrame:
    """Of judged records the others, as they came, with what is malformed (`stage`) and `error`."""
    return records.where(F.col(DEAD_LETTER).isNotNull()).select(f"{DEAD_LETTER}.*")


def _dead_letter(parts: Sequence[_Part]) -> Column:
    """A malformed record with all that is known of it; null for any other."""
    stage, error = F.lit(None).cast("string"), F.lit(None).cast("string")
    for part in parts:
        wrong = part.is_malformed() & stage.isNull()
        error = F.when(wrong, part.problem()).otherwise(error)
        stage = F.when(wrong, F.lit(part.title)).otherwise(stage)
    record = ("key", "value", "headers", *PLACE, "timestamp")
    letter = F.struct(*record, stage.alias("stage"), error.alias("error"))
    return F.when(stage.isNotNull(), letter).alias(DEAD_LETTER)


def _result(decoding: Decoding, first: Column) -> Column:
    result = decoding.result
    return result if isinstance(result, Column) else result(first)


def _once(column: Column, name: str) -> Column:
    return F.when(_is_once(), column).alias(name)


def _is_once() -> Column:
    """True, written so that what depends on it is computed once, before all that comes later.

    Spark computes an expression again for each filter that it moves below it, and decoding costs
    most of all: what might give another value, as the number of a partition, it leaves alone.
    """
    return F.spark_partition_id() >= 0


def _record_location() -> Column:
    return F.format_string(
        "the record at offset %d of partition %d of topic %s cannot be decoded: ",
        "offset",
        "partition",
        "topic",
    )


def _metadata_column(name: str) -> Column:
    if name == "_tombstone":
        return F.col("value").isNull().alias(name)
    return F.col(name.removeprefix("_")).alias(name)
