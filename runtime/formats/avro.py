"""Avro in the values of a broker's records, decoded and encoded by Spark's own functions."""

from collections.abc import Collection, Mapping, Sequence
import json
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro

from ssbt.runtime.errors.call_sites import without_call_sites
from ssbt.runtime.evolution.avro import (
    find_changed_meaning,
    with_wide_decimals,
    with_wide_ints,
)
from ssbt.runtime.fitting.misfits import Looks, column_type
from ssbt.runtime.formats.worker_schemas import schema_on_worker
from ssbt.runtime.records.decoding import ADDED, Decoding
from ssbt.runtime.registries.frames import (
    HEAD,
    MAGIC,
    NEW,
    WriterSchemas,
    load_writer_schemas,
)
from ssbt.runtime.registries.registry import Registry, Schema

_IDS: dict[tuple[str, str, str], int] = {}
_MAX_BYTES = 2**31 - 1
# Of bytes and texts, and of the elements of lists and maps.
_LIMITS = {
    "org.apache.avro.limits.bytes.maxLength": 2**26,
    "org.apache.avro.limits.string.maxLength": 2**26,
    "org.apache.avro.limits.collectionItems.maxLength": 2**24,
}
_NEVER_NULL = {"boolean", "int", "long", "float", "double", "bytes", "string"}


@without_call_sites()
def avro_decoding(data: Column, schema: str, *, masked: Collection[str] = ()) -> Decoding:
    """The record that the bytes hold, and nothing else, as the schema has it."""
    return _build_decoding(
        _from_avro(data, schema, schema), "no record of this schema", schema, masked
    )


@without_call_sites()
def registry_avro_decoding(
    data: Column,
    schema: str,
    registry: Mapping[str, str],
    subject: str,
    *,
    masked: Collection[str] = (),
) -> Decoding:
    """The same for framed records, each read with the schema that it was written with.

    `schema` says what it becomes: fields are matched by name and alias, missing ones take their
    default. Malformed is also what is no frame, has an id that the registry does not know, or was
    written with a schema in which a field means another value.
    """
    writer_set = load_writer_schemas(registry, subject, "AVRO")
    body, head = F.substring(data, HEAD + 1, _MAX_BYTES), F.substring(data, 1, HEAD)
    prefix, suffix = NEW.format(id="|", url=writer_set.url).split("|")
    stop = F.raise_error(F.concat(F.lit(prefix), _frame_id(data), F.lit(suffix)))
    problem = F.when(~_is_frame(data), F.lit("no frame of a schema registry"))
    branches: list[tuple[Column, Column]] = []
    # Most records have one of the last schemas; what none of the branches is for is null.
    for id, writer in sorted(writer_set.schemas.items(), reverse=True):
        changed_field = find_changed_meaning(writer, schema) if writer is not None else None
        is_of_schema = F.startswith(data, F.lit(_frame_head(id)))
        if changed_field is not None:
            problem = problem.when(is_of_schema, F.lit(f"of schema {id}: {changed_field}"))
        row = F.lit(None) if writer is None or changed_field else _from_avro(body, writer, schema)
        branches.append((is_of_schema, row))
    unknown = _is_frame(data) & (head <= F.lit(_frame_head(writer_set.limit)))
    if writer_set.missing:
        branches.append((unknown & _is_missing(data, unknown, writer_set), F.lit(None)))
    branches.append((unknown, stop))
    # Of a subject without a version this is the only branch that says what the record becomes.
    null_row = _from_avro(F.lit(None).cast("binary"), schema, schema)
    result = F.when(data.isNull(), null_row).otherwise(_first_match(branches))
    fallback_problem = F.concat(
        F.lit("no record of schema "), _frame_id(data), F.lit(", or no such schema")
    )
    return _build_decoding(result, problem.otherwise(fallback_problem), schema, masked)


def encoded_avro(record: Column, schema: str) -> Column:
    """The bytes of a record."""
    return to_avro(record, schema)


def encoded_registry_avro(
    record: Column,
    schema: str,
    registry: Mapping[str, str],
    subject: str,
    *,
    register: bool = False,
) -> Column:
    """The framed bytes of a record; its schema is the registry's, or becomes it with `register`.

    Raises RegistryError where the schema is not registered, or does not fit the subject.
    """
    client = Registry.of(registry)
    id = _IDS.get((client.url, subject, schema))
    if id is None:
        id = client.register_schema(subject, Schema(schema), register=register).id
        # A batch that is written with others is planned again each time, and an id stays as it is.
        _IDS[client.url, subject, schema] = id
    return F.concat(F.lit(_frame_head(id)), to_avro(record, schema))


def _build_decoding(
    result: Column, problem: str | Column, schema: str, masked: Collection[str]
) -> Decoding:
    _limit_lengths()
    # `from_avro` gives a row of nulls for what is no record, which a record of nulls may be, too.
    return Decoding(
        result,
        problem,
        marker=_marker(schema),
        type=column_type(from_avro(F.lit(b""), schema)),
        looks=Looks(texts=True),
        masked=frozenset(masked),
    )


def _first_match(branches: Sequence[tuple[Column, Column]]) -> Column:
    """What the first branch has whose condition is true; null without one.

    The first branch is a `when` of its own: Spark keeps the result of a `when` of several branches
    in a field for each row, which takes a twentieth of the decoding.
    """
    first, *others = branches
    result = F.when(*first)
    if not others:
        return result
    rest = F.when(*others[0])
    for branch in others[1:]:
        rest = rest.when(*branch)
    return result.otherwise(rest)


def _limit_lengths() -> None:
    """Let Avro's library in the driver's JVM refuse lengths that no record of a broker has.

    It would make room for two gigabytes, and end the JVM, before it finds that a record is
    shorter. It reads its limits once, when the first record is decoded.
    """
    jvm: Any = getattr(SparkSession.active(), "_jvm", None)
    if jvm is None:
        return
    system = jvm.java.lang.System
    for name, limit in _LIMITS.items():
        if system.getProperty(name) is None:
            system.setProperty(name, str(limit))


def _from_avro(data: Column, writer: str, reader: str) -> Column:
    wide_reader = with_wide_decimals(with_wide_ints(reader, writer))
    options = {"mode": "PERMISSIVE", "avroSchema": _add_marker(wide_reader)}
    return from_avro(data, with_wide_ints(writer, reader), options)


def _marker(schema: str) -> str:
    """The field that is null where bytes could not be decoded.

    It is one of the schema's own that is never null, or else `ADDED`, which is there then.
    """
    return next((f["name"] for f in json.loads(schema)["fields"] if _is_never_null(f)), ADDED)


def _add_marker(schema: str) -> str:
    """The schema, with `ADDED` if it needs it: no writer has that, so it is read as its default."""
    if _marker(schema) != ADDED:
        return schema
    record: dict[str, Any] = json.loads(schema)
    mark = {"name": ADDED, "type": "boolean", "default": True}
    return json.dumps({**record, "fields": [*record["fields"], mark]})


def _is_never_null(field: dict[str, Any]) -> bool:
    type = field["type"]
    if isinstance(type, dict):
        # A number of too many digits becomes null.
        return "decimal" not in type.get("logicalType", "") and type["type"] in _NEVER_NULL
    return isinstance(type, str) and type in _NEVER_NULL


def _is_missing(data: Column, unknown: Column, writer_set: WriterSchemas) -> Column:
    """Whether the registry does not have, even now, the schema of a frame that no plan has known.

    It costs each row a way to Python and back, so it is for topics with ids of that kind.
    """
    ids = list(writer_set.schemas)

    def is_missing(id: int | None) -> bool:
        return id is not None and schema_on_worker(writer_set, id) is None

    id = _frame_id(data).cast("bigint")
    is_unknown = F.udf(is_missing, "boolean")(F.when(unknown & ~id.isin(ids), id))
    return F.coalesce(is_unknown, F.lit(False))


def _is_frame(data: Column) -> Column:
    return (F.length(data) > HEAD) & (F.substring(data, 1, 1) == F.lit(MAGIC))


def _frame_id(data: Column) -> Column:
    """The id in a frame, as text."""
    return F.conv(F.hex(F.substring(data, 2, 4)), 16, 10)


def _frame_head(id: int) -> bytes:
    return MAGIC + id.to_bytes(4, "big")
