"""A broker's records decoded into columns; those that cannot be are never lost unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructType

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

    Bytes are malformed if they become null; if there is a field `malformed`, also where that is
    not null; and if there is a field `marker`, also where that is null.
    """

    result: Column
    problem: str | Column
    malformed: str | None = None
    marker: str | None = None


def decoded(
    records: DataFrame,
    value: Decoding,
    key: Decoding | None = None,
    *,
    metadata: Sequence[str] = (),
    on_error: str = "fail",
) -> DataFrame:
    """The fields of the value as columns (or `value`, if it has none), then `_key` and `metadata`.

    Metadata is named with an underscore in front: `_offset`. A malformed record stops the job
    with its place in the error where `on_error` is `fail`, and is left out where it is `drop`.
    Where it is `dead_letter`, nothing is left out: each record is judged, and `decoded_rows`
    and `dead_letters` take what is theirs.
    """
    parts = _decoded_parts(records, value, key)
    judged: list[Column] = []
    if on_error == "dead_letter":
        judged = [_dead_letter(parts, value, key), F.struct(*PLACE).alias(RECORD)]
    elif on_error == "fail":
        for name, decoding in _parts(value, key):
            stop = F.raise_error(F.concat(_place(), F.lit(f"its {_of(name)} is "), _text(decoding)))
            whole = F.when(_is_malformed(parts, name, decoding), stop).otherwise(F.col(name))
            parts = parts.withColumn(name, whole)
    else:
        wrong = F.lit(False)
        for name, decoding in _parts(value, key):
            wrong = wrong | _is_malformed(parts, name, decoding)
        if parts.isStreaming:
            # Streams tell it of each batch; two sources of one query must not count under one name.
            found = F.count(F.when(wrong, 1)).alias("malformed")
            parts = parts.observe(f"{MALFORMED}{next(_NUMBERS)}", found)
        parts = parts.where(~wrong)
    return parts.select(
        *_columns(parts, value),
        *_key(parts, key),
        *(_metadata(name) for name in metadata),
        *judged,
    )


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
        error = F.when(wrong, _text(decoding)).otherwise(error)
        stage = F.when(wrong, F.lit(_of(name))).otherwise(stage)
    record = ("key", "value", "headers", *PLACE, "timestamp")
    whole = F.struct(*record, stage.alias("stage"), error.alias("error"))
    return F.when(stage.isNotNull(), whole).alias(DEAD_LETTER)


def _parts(value: Decoding, key: Decoding | None) -> list[tuple[str, Decoding]]:
    return [(n, d) for n, d in zip(_PARTS, (value, key), strict=True) if d is not None]


def _decoded_parts(records: DataFrame, value: Decoding, key: Decoding | None) -> DataFrame:
    # Spark computes an expression anew for each filter that it moves below it, and decoding costs
    # most of all: what might give another value, as the number of a partition, it leaves alone.
    once = F.spark_partition_id() >= 0
    parts = (F.when(once, d.result).alias(name) for name, d in _parts(value, key))
    return records.select("*", *parts)


def _of(part: str) -> str:
    return part.removeprefix("_decoded_")


def _type(parts: DataFrame, name: str) -> DataType:
    return parts.schema[name].dataType


def _is_malformed(parts: DataFrame, name: str, decoding: Decoding) -> Column:
    wrong = F.col(name).isNull()
    if decoding.malformed is not None:
        wrong = wrong | F.col(name).getField(decoding.malformed).isNotNull()
    if decoding.marker is not None:
        wrong = F.col(name).getField(decoding.marker).isNull()
    return F.col(_of(name)).isNotNull() & wrong


def _place() -> Column:
    return F.format_string(
        "the record at offset %d of partition %d of topic %s cannot be decoded: ",
        "offset",
        "partition",
        "topic",
    )


def _text(decoding: Decoding) -> Column:
    return F.lit(decoding.problem) if isinstance(decoding.problem, str) else decoding.problem


def _columns(parts: DataFrame, value: Decoding) -> list[Column]:
    name, found = _PARTS[0], _type(parts, _PARTS[0])
    if not isinstance(found, StructType):
        return [F.col(name).alias("value")]
    fields = [field for field in found.names if field not in (value.malformed, ADDED)]
    return [F.col(name).getField(field).alias(field) for field in fields]


def _key(parts: DataFrame, key: Decoding | None) -> list[Column]:
    if key is None:
        return []
    whole, found = F.col(_PARTS[1]), _type(parts, _PARTS[1])
    fields = found.names if isinstance(found, StructType) else ()
    extra = [field for field in fields if field in (key.malformed, ADDED)]
    return [(whole.dropFields(*extra) if extra else whole).alias("_key")]


def _metadata(name: str) -> Column:
    return F.col(name.removeprefix("_")).alias(name)
