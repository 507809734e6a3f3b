"""Settings of the clients of brokers, by the names that their jars say (`make tables`).

The runtime has the table, and judges the names of a configuration as it is done here; a test asks
both.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

# What Kafka hands over to classes of others.
_PLUGINS = ("config.providers.", "confluent.", "metric.reporters.", "ssl.engine.", "ssl.factory.")
_PLUGIN_WORDS = 3
# Endings of settings that name such classes.
_CLASSES = (".class", ".classes", ".reporters", ".providers", ".strategy", "config.providers")
_SERVERS = frozenset(("bootstrap", "broker", "brokers", "host", "hosts", "server", "servers"))
_FIRST_SERVERS = "bootstrap.servers"


@cache
def client_names(kind: str) -> frozenset[str]:
    """All settings of the clients of a kind."""
    spec = find_spec("ssbt.runtime")
    assert spec is not None, "the runtime is a part of the distribution"
    folder = next(iter(spec.submodule_search_locations or ()))
    table = Path(folder, "brokers", "client_names.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines())
    return frozenset(name for each, name in rows if each == kind)


def is_of_plugin(kind: str, name: str) -> bool:
    """Whether a name that no client has may be one of a class that it is given.

    Such names are of three words or more, of which no client has the first one, and which are not a
    client's after another word: `consumer.group.id`.
    """
    if name.startswith(_PLUGINS):
        return True
    names = client_names(kind)
    words = name.split(".")
    endings = {".".join(words[index:]) for index in range(1, len(words))}
    first_words = {each.partition(".")[0] for each in names}
    return (
        len(words) >= _PLUGIN_WORDS
        and words[0] not in first_words | _SERVERS
        and endings.isdisjoint(names)
    )


def names_class(name: str) -> bool:
    """Whether a setting names a class, which may read settings of its own."""
    return name.endswith(_CLASSES)


def find_meant(kind: str, name: str) -> str | None:
    """The setting that is surely meant: after another word, or the addresses of brokers."""
    names, words = client_names(kind), name.split(".")
    for index in range(1, len(words)):
        ending = ".".join(words[index:])
        if ending in names:
            return ending
    is_address = not _SERVERS.isdisjoint(words) and len(words) < _PLUGIN_WORDS
    return _FIRST_SERVERS if is_address and _FIRST_SERVERS in names else None
