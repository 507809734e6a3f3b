"""Avro in the values of a broker's records, decoded and encoded by Spark's own functions.

A record in Confluent's framing begins with a zero byte and the id of the schema that it was written
with. A plan knows the schemas of its ids: `from_avro` takes none from a row. So an id that is new
stops the query; `learned` asks the registry for it, and the pipeline is planned anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
import logging
import re
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro

from ssbt.runtime.registry import Registry, RegistryError

_LOG = logging.getLogger("ssbt.runtime")
DECODED = "_ssbt_decoded"
"""A field that is null where bytes could not be decoded: `from_avro` then gives a row of nulls."""

_MAGIC, _HEAD, _MOST_BYTES = b"\0", 5, 2**31 - 1
_UNKNOWN = re.compile(r"schema (?P<id>\d+) of (?P<url>\S+) is new to this query")
# Registries count their ids up; what is far above all of them is no id but other bytes.
_FAR = 1_000_000
_MOST_MISSING = 100


@dataclass
class _Learned:
    """The schemas of a registry that rows have asked for; None where it has none of that id."""

    registry: Registry
    schemas: dict[int, str | None] = field(default_factory=dict)


_LEARNED: dict[str, _Learned] = {}


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
    asked = Registry.of(registry)
    learned_before = _LEARNED.setdefault(asked.url, _Learned(asked))
    known = {**asked.ids(subject), **learned_before.schemas}
    body = F.substring(data, _HEAD + 1, _MOST_BYTES)
    head = F.substring(data, 1, _HEAD)
    is_frame = (F.length(data) > _HEAD) & (F.substring(data, 1, 1) == F.lit(_MAGIC))
    found = F.when(~is_frame, F.lit(None))
    for id, writer in sorted(known.items()):
        row = F.lit(None) if writer is None else _from_avro(body, writer, schema)
        found = found.when(head == F.lit(_head(id)), row)
    if known:
        limit = _head(min(max(known) + _FAR, 2**31 - 1))
        found = found.when(head > F.lit(limit), F.lit(None))
    id_text = F.conv(F.hex(F.substring(data, 2, 4)), 16, 10)
    stop = F.raise_error(
        F.concat(F.lit("schema "), id_text, F.lit(f" of {asked.url} is new to this query"))
    )
    return found.otherwise(stop)


def registry_avro_problem(data: Column) -> Column:
    """What is wrong with bytes that `decoded_registry_avro` could not decode."""
    is_frame = (F.length(data) > _HEAD) & (F.substring(data, 1, 1) == F.lit(_MAGIC))
    id_text = F.conv(F.hex(F.substring(data, 2, 4)), 16, 10)
    of_schema = F.concat(F.lit("no record of schema "), id_text, F.lit(", or no such schema"))
    return F.when(is_frame, of_schema).otherwise(F.lit("no frame of a schema registry"))


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


def learned(error: BaseException) -> bool:
    """Whether `error` told of a schema that is known now, so that another plan may go on.

    Raises RegistryError where the registry does not answer.
    """
    found = _UNKNOWN.search(str(error))
    if found is None:
        return False
    id, url = int(found["id"]), found["url"]
    of = _LEARNED.get(url)
    if of is None or id in of.schemas:
        return False
    of.schemas[id] = of.registry.schema(id)
    missing = sum(text is None for text in of.schemas.values())
    if missing > _MOST_MISSING:
        raise RegistryError(f"records name {missing} schemas that {url} does not have")
    known = "missing" if of.schemas[id] is None else "known now"
    _LOG.info("schema %s of %s is %s: the pipeline is planned anew", id, url, known)
    return True


def _from_avro(data: Column, writer: str, reader: str) -> Column:
    options = {"mode": "PERMISSIVE", "avroSchema": _marked(reader)}
    return from_avro(data, writer, options)


def _marked(schema: str) -> str:
    """The schema with a field that no writer has, and that so is its default where it is read."""
    record: dict[str, Any] = json.loads(schema)
    mark = {"name": DECODED, "type": "boolean", "default": True}
    return json.dumps({**record, "fields": [*record["fields"], mark]})


def _head(id: int) -> bytes:
    return _MAGIC + id.to_bytes(4, "big")
