"""Confluent's framing: which schemas a query knows by their ids, and what becomes of new ones.

A record begins with a zero byte and the id of the schema that it was written with. A plan knows the
schemas of its ids. So an id that is new stops the query; `learned` asks the registry for it, and
the pipeline is planned anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
import re

from ssbt.runtime.registries.registry import Registry, RegistryError

_LOG = logging.getLogger("ssbt.runtime")
MAGIC, HEAD = b"\0", 5
NEW = "schema {id} of {url} is new to this query"
_NEW = re.compile(r"schema (?P<id>\d+) of (?P<url>\S+) is new to this query")
# Registries count their ids up; what is far above all of them is no id but other bytes.
_FAR, _HIGHEST = 1_000_000, 2**31 - 1
_MOST_MISSING = 100


@dataclass
class _Learned:
    """Type and text of schemas that rows have asked for; None where there is none of that id."""

    registry: Registry
    schemas: dict[int, tuple[str, str] | None] = field(default_factory=dict)


_LEARNED: dict[str, _Learned] = {}


@dataclass(frozen=True)
class Writers:
    """The schemas that records may have been written with, by id; None for an id without one.

    `latest` is the id of the subject's last version, 0 where it has none.
    """

    url: str
    schemas: dict[int, str | None]
    latest: int

    @property
    def limit(self) -> int:
        """The highest number that may be an id."""
        return min(max(self.schemas) + _FAR, _HIGHEST) if self.schemas else _HIGHEST


def writers(registry: Mapping[str, str], subject: str, type: str) -> Writers:
    """The schemas of all versions of a subject, and those that rows have asked for."""
    asked = Registry.of(registry)
    learned_before = _LEARNED.setdefault(asked.url, _Learned(asked)).schemas.items()
    others = {id: one[1] if one and one[0] == type else None for id, one in learned_before}
    ids = asked.ids(subject, type)
    return Writers(asked.url, {**others, **ids}, next(reversed(ids), 0))


def learned(error: BaseException) -> bool:
    """Whether `error` told of a schema that is known now, so that another plan may go on.

    Raises RegistryError where the registry does not answer.
    """
    found = _NEW.search(str(error))
    if found is None:
        return False
    id, url = int(found["id"]), found["url"]
    of = _LEARNED.get(url)
    if of is None or id in of.schemas:
        return False
    of.schemas[id] = of.registry.schema(id)
    missing = sum(one is None for one in of.schemas.values())
    if missing > _MOST_MISSING:
        raise RegistryError(f"records name {missing} schemas that {url} does not have")
    known = "missing" if of.schemas[id] is None else "known now"
    _LOG.info("schema %s of %s is %s: the pipeline is planned anew", id, url, known)
    return True
