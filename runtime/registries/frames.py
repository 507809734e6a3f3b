"""Confluent's framing: which schemas a query knows by their ids, and what becomes of other ids.

A record begins with a zero byte and the id of the schema that it was written with. A plan knows the
schemas of its ids. An id that is new ends the query that met it; `learn_schema` asks the registry
for it, and that query alone is planned anew. An id that the registry does not have is malformed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
import logging
import re

from ssbt.runtime.registries.registry import Registry, RegistryError

_LOG = logging.getLogger("ssbt.runtime")
MAGIC, HEAD = b"\0", 5
NEW = "schema {id} of {url} is new to this query"
_NEW = re.compile(r"schema (?P<id>\d+) of (?P<url>\S+) is new to this query")
# Registries count their ids up; what is far above all of them is no id but other bytes.
_FAR, _HIGHEST = 1_000_000, 2**31 - 1
# So many ids without a schema are learned one by one, a plan each. Then the workers ask for them.
_FEW_MISSING = 3


@dataclass
class _Learned:
    """Type and text of schemas that rows have asked for; None where there is none of that id."""

    registry: Registry
    schemas: dict[int, tuple[str, str] | None] = field(default_factory=dict)

    @property
    def has_many_missing(self) -> bool:
        return sum(one is None for one in self.schemas.values()) >= _FEW_MISSING


_LEARNED: dict[str, _Learned] = {}


@dataclass(frozen=True)
class Writers:
    """The schemas that records may have been written with, by id; None for an id without one.

    `latest` is the id of the subject's last version, 0 where it has none. Where records name
    `many_missing` ids that the registry does not have, workers had better ask it themselves.
    """

    registry: Registry
    schemas: dict[int, str | None]
    latest: int
    many_missing: bool = False

    @property
    def url(self) -> str:
        """The address of the registry."""
        return self.registry.url

    @property
    def limit(self) -> int:
        """The highest number that may be an id."""
        return min(max(self.schemas) + _FAR, _HIGHEST) if self.schemas else _HIGHEST


def writers(registry: Mapping[str, str], subject: str, type: str) -> Writers:
    """The schemas of all versions of a subject, which may have none yet, and those rows named."""
    asked = Registry.of(registry)
    learned = _LEARNED.setdefault(asked.url, _Learned(asked))
    others = {id: one[1] if one and one[0] == type else None for id, one in learned.schemas.items()}
    ids = asked.ids(subject, type)
    if not ids:
        _LOG.warning("%s at %s has no version yet: records wait for it", subject, asked.url)
    return Writers(asked, {**others, **ids}, next(reversed(ids), 0), learned.has_many_missing)


def learn_schema(error: BaseException) -> int | None:
    """The id of a schema that `error` told of, and which the next plan will know; else None.

    Raises RegistryError where the registry does not answer.
    """
    found = _NEW.search(str(error))
    of = _LEARNED.get(found["url"]) if found else None
    if found is None or of is None:
        return None
    id = int(found["id"])
    # Another stream may have asked for it before.
    if of.schemas.get(id) is None:
        of.schemas[id] = of.registry.schema(id)
        known = "missing" if of.schemas[id] is None else "known now"
        _LOG.info(
            "schema %s of %s is %s: what reads it is planned anew", id, of.registry.url, known
        )
    return id


@lru_cache(maxsize=10_000)
def schema_on_worker(registry: Registry, id: int) -> tuple[str, str] | None:
    """Type and text of a schema, asked for on a worker; None where the registry has none.

    Raises ValueError where a worker cannot ask: then the driver does.
    """
    try:
        return registry.schema(id, patient=False)
    except RegistryError:
        raise ValueError(NEW.format(id=id, url=registry.url)) from None
