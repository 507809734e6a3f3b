"""A broker's records decoded into columns; those that cannot be are never lost unsaid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructType

from ssbt.runtime.brokers.topics import report_missing_topics
from ssbt.runtime.fitting.misfits import (
    Looks,
    Misfit,
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
# Where the decoded parts stand beside the record's own columns, which have no names like these.
_PARTS = ("_decoded_value", "_decoded_key")


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
    parts = _decode_parts(records, value, key)
    judged: list[Column] = []
    if on_error == "dead_letter":
        judged = [_dead_letter(parts, value, key), F.struct(*PLACE).alias(RECORD)]
    elif on_error == "fail":
        for name, decoding in _parts(value, key):
            parts = _stop_at_malformed(parts, name, decoding)
    else:
        parts = _drop_malformed(parts, value, key, counted=counted)
    return parts.select(
        *_value_columns(parts, value),
        *_key_columns(parts, key),
        *(_metadata_column(name) for name in metadata),
        *judged,
    )


def _stop_at_malformed(parts: DataFrame, name: str, decoding: Decoding) -> DataFrame:
    text = _problem_text(parts, name, decoding)
    stop = F.raise_error(F.concat(_record_location(), F.lit(f"its {_part_name(name)} is "), text))
    wrong = _is_once() & _is_malformed(parts, name, decoding)
    # A quarter faster than a `when`: sound records pass at the first side.
    return parts.where(~wrong | stop.cast("boolean"))


def _drop_malformed(
    parts: DataFrame, value: Decoding, key: Decoding | None, *, counted: bool
) -> DataFrame:
    wrong = F.lit(False)
    for name, decoding in _parts(value, key):
        wrong = wrong | _is_malformed(parts, name, decoding)
    if parts.isStreaming and counted:
        # Streams tell it of each batch; two sources of one query must not count under one name.
        malformed_count = F.count(F.when(wrong, 1)).alias("malformed")
        parts = parts.observe(f"{MALFORMED}{next(_NUMBERS)}", malformed_count)
    return parts.where(~wrong)


def decoded_rows(records: DataFrame) -> DataFrame:
    """Of judged records those that could be decoded."""
    return records.where(F.col(DEAD_LETTER).isNull()).drop(DEAD_LETTER, RECORD)


def dead_letters(records: DataFrame) -> DataFrame:
    """Of judged records the others, as they came, with what is malformed (`stage`) and `error`."""
    return records.where(F.col(DEAD_LETTER).isNotNull()).select(f"{DEAD_LETTER}.*")


def _dead_letter(parts: DataFrame, value: Decoding, key: Decoding | None) -> Column:
    """A malformed record with all that is known of it; null for any other."""
    stage, error = F.lit(None).cast("string"), F.lit(None).cast("string")
    for name, decoding in _parts(value, key):
        wrong = _is_malformed(parts, name, decoding) & stage.isNull()
        error = F.when(wrong, _problem_text(parts, name, decoding)).otherwise(error)
        stage = F.when(wrong, F.lit(_part_name(name))).otherwise(stage)
    record = ("key", "value", "headers", *PLACE, "timestamp")
    letter = F.struct(*record, stage.alias("stage"), error.alias("error"))
    return F.when(stage.isNotNull(), letter).alias(DEAD_LETTER)


def _parts(value: Decoding, key: Decoding | None) -> list[tuple[str, Decoding]]:
    return [(n, d) for n, d in zip(_PARTS, (value, key), strict=True) if d is not None]


def _decode_parts(records: DataFrame, value: Decoding, key: Decoding | None) -> DataFrame:
    parts = _parts(value, key)
    firsts = (_once(d.first, name) for name, d in parts if d.first is not None)
    firsts_and_records = records.select("*", *firsts)
    results = (_once(_result(d, F.col(name)), name) for name, d in parts)
    return firsts_and_records.select(*records.columns, *results)


def _result(decoding: Decoding, first: Column) -> Column:
    result = decoding.result
    return result if isinstance(result, Column) else result(first)


def _once(column: Column, name: str) -> Column:
    return F.when(_is_once(), column).alias(name)


def _is_once() -> Column:
    """True, said so that what depends on it is computed once, and before all that comes later.

    Spark computes an expression anew for each filter that it moves below it, and decoding costs
    most of all: what might give another value, as the number of a partition, it leaves alone.
    """
    return F.spark_partition_id() >= 0


def _part_name(part: str) -> str:
    return part.removeprefix("_decoded_")


def _content(parts: DataFrame, name: str, decoding: Decoding) -> tuple[Column, DataType]:
    """The key or value in what was decoded, and its type."""
    content = F.col(name) if decoding.content is None else decoding.content(F.col(name))
    return content, parts.select(content).schema[0].dataType


def _find_misfits(parts: DataFrame, name: str, decoding: Decoding) -> list[Misfit]:
    content, data_type = _content(parts, name, decoding)
    return find_misfits(content, data_type, decoding.type or data_type, looks=decoding.looks)


def _is_malformed(parts: DataFrame, name: str, decoding: Decoding) -> Column:
    wrong = F.col(name).isNull()
    if decoding.malformed is not None:
        wrong = wrong | F.col(name).getField(decoding.malformed).isNotNull()
    if decoding.marker is not None:
        wrong = F.col(name).getField(decoding.marker).isNull()
    if decoding.is_whole is not None:
        wrong = wrong | ~decoding.is_whole(F.col(name))
    if decoding.sound is not None:
        wrong = wrong | ~decoding.sound
    if unfit_fields := _find_misfits(parts, name, decoding):
        wrong = wrong | is_any(unfit_fields)
    return F.col(_part_name(name)).isNotNull() & wrong


def _record_location() -> Column:
    return F.format_string(
        "the record at offset %d of partition %d of topic %s cannot be decoded: ",
        "offset",
        "partition",
        "topic",
    )


def _problem_text(parts: DataFrame, name: str, decoding: Decoding) -> Column:
    problem = decoding.problem
    if isinstance(problem, str):
        problem = F.lit(problem)
    elif not isinstance(problem, Column):
        problem = problem(F.col(name))
    if unfit_fields := _find_misfits(parts, name, decoding):
        detail = F.concat(F.lit(": "), render_misfits(unfit_fields, decoding.masked))
        problem = F.concat(problem, F.when(is_any(unfit_fields), detail).otherwise(""))
    return problem


def _value_columns(parts: DataFrame, value: Decoding) -> list[Column]:
    content, data_type = _content(parts, _PARTS[0], value)
    if not isinstance(data_type, StructType):
        return [convert_value(content, data_type, value.type or data_type).alias("value")]
    target = value.type if isinstance(value.type, StructType) else data_type
    return [
        convert_value(content[name], data_type[name].dataType, target[name].dataType).alias(name)
        for name in data_type.names
        if name not in (value.malformed, ADDED)
    ]


def _key_columns(parts: DataFrame, key: Decoding | None) -> list[Column]:
    if key is None:
        return []
    content, data_type = _content(parts, _PARTS[1], key)
    fields = data_type.names if isinstance(data_type, StructType) else ()
    extra = [field for field in fields if field in (key.malformed, ADDED)]
    content = content.dropFields(*extra) if extra else content
    return [convert_value(content, data_type, key.type or data_type).alias("_key")]


def _metadata_column(name: str) -> Column:
    if name == "_tombstone":
        return F.col("value").isNull().alias(name)
    return F.col(name.removeprefix("_")).alias(name)
