"""Settings of the clients of brokers, judged as the compiler does; a test asks both."""

from functools import cache
import pkgutil

# What Kafka hands over to classes of others.
_PLUGINS = ("config.providers.", "confluent.", "metric.reporters.", "ssl.engine.", "ssl.factory.")
_PLUGIN_WORDS = 3
_SERVERS = frozenset(("bootstrap", "broker", "brokers", "host", "hosts", "server", "servers"))
_FIRST_SERVERS = "bootstrap.servers"


@cache
def client_names(kind: str) -> frozenset[str]:
    """All settings of the clients of a kind."""
    table = pkgutil.get_data("ssbt.runtime.settings", "client_names.tsv") or b""
    rows = (line.split("\t") for line in table.decode("utf-8").splitlines())
    return frozenset(name for each, name in rows if each == kind)


def is_of_plugin(kind: str, name: str) -> bool:
    """Whether a name that no client has may be one of a class that it is given."""
    if name.startswith(_PLUGINS):
        return True
    known = client_names(kind)
    words = name.split(".")
    endings = {".".join(words[index:]) for index in range(1, len(words))}
    first_words = {each.partition(".")[0] for each in known}
    return (
        len(words) >= _PLUGIN_WORDS
        and words[0] not in first_words | _SERVERS
        and endings.isdisjoint(known)
    )


def find_meant(kind: str, name: str) -> str | None:
    """The setting that is surely meant: behind another word, or the addresses of brokers."""
    known, words = client_names(kind), name.split(".")
    for index in range(1, len(words)):
        ending = ".".join(words[index:])
        if ending in known:
            return ending
    is_address = not _SERVERS.isdisjoint(words) and len(words) < _PLUGIN_WORDS
    return _FIRST_SERVERS if is_address and _FIRST_SERVERS in known else None
