"""Settings of the clients of brokers, judged as the compiler does; a test asks both."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
import pkgutil

from ssbt.runtime.values.unknown_names import unknown_name_message

# What Kafka hands over to classes of others.
_PLUGINS = ("config.providers.", "confluent.", "metric.reporters.", "ssl.engine.", "ssl.factory.")
_PLUGIN_WORDS = 3
_SERVERS = frozenset(("bootstrap", "broker", "brokers", "host", "hosts", "server", "servers"))
_FIRST_SERVERS = "bootstrap.servers"
# Names that are passed on are refused where they are nearly one that is known.
_CUTOFF = 0.9


@cache
def client_names(kind: str) -> frozenset[str]:
    """All settings of the clients of a kind."""
    table = pkgutil.get_data("ssbt.runtime.brokers", "client_names.tsv") or b""
    rows = (line.split("\t") for line in table.decode("utf-8").splitlines())
    return frozenset(name for each, name in rows if each == kind)


def is_of_plugin(kind: str, name: str) -> bool:
    """Whether a name that no client has may be one of a class that it is given."""
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


def find_meant(kind: str, name: str) -> str | None:
    """The setting that is surely meant: after another word, or the addresses of brokers."""
    names, words = client_names(kind), name.split(".")
    for index in range(1, len(words)):
        ending = ".".join(words[index:])
        if ending in names:
            return ending
    is_address = not _SERVERS.isdisjoint(words) and len(words) < _PLUGIN_WORDS
    return _FIRST_SERVERS if is_address and _FIRST_SERVERS in names else None


def client_option_name(
    kind: str, beginning: str, option: str, known_options: Iterable[str], source: str
) -> str:
    """The name of a setting that clients have, or a class that they are given may have.

    Raises `ValueError` for any other.
    """
    name = option.casefold().removeprefix(beginning)
    if name in client_names(kind):
        return beginning + name
    meant = find_meant(kind, name)
    if meant is not None:
        way_out = f"did you mean `{beginning}{meant}`?"
        raise ValueError(f"unknown option `{option}` ({source}); {way_out}")
    every = [*known_options, *(beginning + each for each in sorted(client_names(kind)))]
    is_near = get_close_matches(beginning + name, every, n=1, cutoff=_CUTOFF)
    if is_of_plugin(kind, name) and not is_near:
        return option
    raise ValueError(unknown_name_message("option", option, every, source))
