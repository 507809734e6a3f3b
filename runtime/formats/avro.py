"""Avro in the values of a broker's records, decoded and encoded by Spark's own functions."""

from collections.abc import Mapping
import json
import logging
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro

from ssbt.runtime.records.frames import HEAD, MAGIC, NEW, writers
from ssbt.runtime.records.registry import Registry, RegistryError

_LOG = logging.getLogger("ssbt.runtime")
DECODED = "_ssbt_decoded"
"""A field that is null where bytes could not be decoded: `from_avro` then gives a row of nulls."""

_MOST_BYTES = 2**31 - 1


def decoded_avro(data: Column, schema: str) -> Column:
    """A struct of the record that the bytes hold, and the field `DECODED`."""
    return _from_avro(data, schema, schema)


def decoded_registry_avro(
    data: Column, schema: str, registry: Mapping[str, str], subject: str
) -> Column:
    """The same for framed records, each read with the schema that it was written with.

    `schema` says what it becomes: fields are matched by name and alias, missing ones take their
    default. Null is what is no frame, or has an id that the registry does not know.
    """
    known = writers(registry, subject, "AVRO")
    body, head = F.substring(data, HEAD + 1, _MOST_BYTES), F.substring(data, 1, HEAD)
    found = F.when(~_is_frame(data), F.lit(None))
    for id, writer in sorted(known.schemas.items()):
        row = F.lit(None) if writer is None else _from_avro(body, writer, schema)
        found = found.when(head == F.lit(_head(id)), row)
    found = found.when(head > F.lit(_head(known.limit)), F.lit(None))
    before, after = NEW.format(id="|", url=known.url).split("|")
    return found.otherwise(F.raise_error(F.concat(F.lit(before), _id(data), F.lit(after))))


def registry_avro_problem(data: Column) -> Column:
    """What is wrong with bytes that `decoded_registry_avro` could not decode."""
    of_schema = F.concat(F.lit("no record of schema "), _id(data), F.lit(", or no such schema"))
    return F.when(_is_frame(data), of_schema).otherwise(F.lit("no frame of a schema registry"))


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
    asked = Registry.of(registry)
    id = asked.registered(subject, schema)
    if id is None and not register:
        raise RegistryError(
            f"the schema is not registered under {subject} at {asked.url}, "
            "and `auto_register` is off"
        )
    if id is None:
        if not asked.is_compatible(subject, schema):
            raise RegistryError(f"the schema does not fit those of {subject} at {asked.url}")
        id = asked.register(subject, schema)
        _LOG.info("registered schema %s under %s at %s", id, subject, asked.url)
    return F.concat(F.lit(_head(id)), to_avro(record, schema))


def _from_avro(data: Column, writer: str, reader: str) -> Column:
    options = {"mode": "PERMISSIVE", "avroSchema": _marked(reader)}
    return from_avro(data, writer, options)


def _marked(schema: str) -> str:
    """The schema with a field that no writer has, and that so is its default where it is read."""
    record: dict[str, Any] = json.loads(schema)
    mark = {"name": DECODED, "type": "boolean", "default": True}
    return json.dumps({**record, "fields": [*record["fields"], mark]})


def _is_frame(data: Column) -> Column:
    return (F.length(data) > HEAD) & (F.substring(data, 1, 1) == F.lit(MAGIC))


def _id(data: Column) -> Column:
    """The id in a frame, as text."""
    return F.conv(F.hex(F.substring(data, 2, 4)), 16, 10)


def _head(id: int) -> bytes:
    return MAGIC + id.to_bytes(4, "big")
