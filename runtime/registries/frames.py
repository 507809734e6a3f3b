"""Confluent's framing: which schemas a query knows by their ids, and what becomes of other ids.

A record begins with a zero byte and the id of the schema that it was written with. A plan knows the
schemas of its ids. An id that is new ends the query that met it; `learn_schema` asks the registry
for it, and that query alone is planned again. An id that the registry does not have is malformed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
import re

from ssbt.runtime.registries.registry import Registry

_LOG = logging.getLogger("ssbt.runtime")
MAGIC, HEAD = b"\0", 5
NEW = "schema {id} of {url} is new to this query"
_NEW = re.compile(r"schema (?P<id>\d+) of (?P<url>\S+) is new to this query")
# Registries count their ids up; what is far above all of them is no id but other bytes.
_FAR, _HIGHEST = 1_000_000, 2**31 - 1
# So long a worker takes an id for missing before it asks again.
MISSING_SECONDS = 30.0


@dataclass
class _LearnedSchemas:
    """Type and text of schemas that rows have asked for; None where there is none of that id."""

    registry: Registry
    schemas: dict[int, tuple[str, str] | None] = field(default_factory=dict)


_LEARNED_SCHEMAS: dict[str, _LearnedSchemas] = {}


@dataclass(frozen=True)
class WriterSchemas:
    """The schemas that records may have been written with, by id; None for one of another type.

    `latest` is the id of the subject's last version, 0 where it has none. `missing` are ids that
    the registry did not have, and may have by now: workers ask before they say so.
    """

    registry: Registry
    schemas: dict[int, str | None]
    latest: int
    missing: frozenset[int] = frozenset()
    missing_seconds: float = MISSING_SECONDS

    @property
    def url(self) -> str:
        """The address of the registry."""
        return self.registry.url

    @property
    def limit(self) -> int:
        """The highest number that may be an id."""
        return min(max(self.schemas) + _FAR, _HIGHEST) if self.schemas else _HIGHEST


def load_writer_schemas(registry: Mapping[str, str], subject: str, type: str) -> WriterSchemas:
    """The schemas of all versions of a subject, which may have none yet, and those rows named."""
    client = Registry.of(registry)
    learned = _LEARNED_SCHEMAS.setdefault(client.url, _LearnedSchemas(client))
    entries = learned.schemas.items()
    texts = {id: entry[1] if entry[0] == type else None for id, entry in entries if entry}
    ids = client.ids(subject, type)
    if not ids:
        _LOG.warning("%s at %s has no version yet: records wait for it", subject, client.url)
    latest = next(reversed(ids), 0)
    missing = frozenset(id for id, entry in entries if not entry) - ids.keys()
    return WriterSchemas(client, {**texts, **ids}, latest, missing, MISSING_SECONDS)


def learn_schema(error: BaseException) -> tuple[int, bool] | None:
    """The id of a schema that `error` told of, and whether the registry has it by now; else None.

    The next plan will know. Raises RegistryError where the registry does not answer.
    """
    match = _NEW.search(str(error))
    learned = _LEARNED_SCHEMAS.get(match["url"]) if match else None
    if match is None or learned is None:
        return None
    id = int(match["id"])
    # Another stream may have asked for it before.
    if learned.schemas.get(id) is None:
        learned.schemas[id] = learned.registry.schema(id)
        state = "missing" if learned.schemas[id] is None else "known now"
        _LOG.info(
            "schema %s of %s is %s: what reads it is planned again", id, learned.registry.url, state
        )
    return id, learned.schemas[id] is not None
