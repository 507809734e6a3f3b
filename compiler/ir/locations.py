"""Where a source reads and a sink writes: texts that are equal for the same place.

This is the one answer to whether two ends of pipelines meet; parameters without a value stay
`${name}`, which is the same value for all pipelines of a project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import posixpath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ssbt.compiler.connectors.settings import SecretName, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.ir.pipeline import Connection, Pipeline

# Other names of one file system.
_SCHEME_ALIASES = {"s3a": "s3", "s3n": "s3", "abfs": "abfss", "wasb": "wasbs"}

# The ports that Hadoop takes where an address has none.
_DEFAULT_PORTS = {"hdfs": ":8020", "webhdfs": ":9870", "swebhdfs": ":9871"}
_FILE, _HDFS = "file:", "hdfs://"

_UNKNOWN_PARAMETER = lazy_pattern(r"\$\{[A-Za-z_]\w*\}")


class EnvironmentValues(Struct, frozen=True):
    """What an environment says; its name is empty where these are the defaults.

    `connections` hold Spark's options of those that it changes.
    """

    name: str = ""
    parameters: Mapping[str, Any] = {}
    connections: Mapping[str, Mapping[str, Any]] = {}


def default_values(pipeline: Pipeline) -> EnvironmentValues:
    """The defaults of a pipeline's parameters."""
    return EnvironmentValues(
        "", {each.name: each.default for each in pipeline.parameters if not each.required}
    )


def with_defaults(pipeline: Pipeline, environment: EnvironmentValues) -> EnvironmentValues:
    """What an environment says, with defaults for the parameters that it does not give."""
    parameters = {**default_values(pipeline).parameters, **environment.parameters}
    return EnvironmentValues(environment.name, parameters, environment.connections)


def location(value: object, parameters: Mapping[str, object]) -> str:
    """The place that an option names, with the values of those parameters that have one."""
    return normalize_path(fill_parameters(value, parameters))


def fill_parameters(value: object, parameters: Mapping[str, object]) -> str:
    """The text of an option; a parameter without a value stays `${name}`."""
    if isinstance(value, ParamUse):
        return _parameter_text(value, parameters)
    if isinstance(value, Text):
        parts = value.parts
        return "".join(p if isinstance(p, str) else _parameter_text(p, parameters) for p in parts)
    return str(value)


def has_unknown_parameter(text: str) -> bool:
    """Whether a filled text has a parameter that has no value."""
    return _UNKNOWN_PARAMETER.search(text) is not None


def _parameter_text(use: ParamUse, parameters: Mapping[str, object]) -> str:
    value = parameters.get(use.name)
    return f"${{{use.name}}}" if value is None else str(value)


def normalize_path(path: str) -> str:
    """The one spelling of a path: `s3a` is `s3`, `file:///x` is `file:/x`, no slash is doubled.

    Hadoop compares hosts in any case, and knows their ports.
    """
    scheme, separator, rest = path.partition("://")
    if not separator or "/" in scheme or "$" in scheme:
        prefix = _FILE if path.startswith(f"{_FILE}/") else ""
        return prefix + posixpath.normpath(path.removeprefix(_FILE)).replace("//", "/")
    if scheme.casefold() == "file":
        return normalize_path(f"{_FILE}/{rest.lstrip('/')}")
    scheme = _SCHEME_ALIASES.get(scheme.casefold(), scheme.casefold())
    host, _, below = rest.partition("/")
    if "$" not in host:
        host = host.casefold().removesuffix(_DEFAULT_PORTS.get(scheme, "/"))
    below = posixpath.normpath("/" + below).lstrip("/") if below.strip("/") else ""
    return f"{scheme}://{host}/{below}".rstrip("/")


def path_spellings(path: str) -> tuple[str, ...]:
    """What a path in its one spelling may be called.

    `/x` is on the file system that Spark has by itself, the machine's or the cluster's; `hdfs:///x`
    is on the latter.
    """
    return (path, f"{_FILE}{path}", f"{_HDFS}{path}") if path.startswith("/") else (path,)


def is_absolute(path: str) -> bool:
    """Whether a path in its one spelling does not count from a folder."""
    return path.startswith(("/", f"{_FILE}/")) or "://" in path


def is_same_place(first: str, second: str) -> bool:
    """Whether two paths in their one spelling are of one place."""
    return not {*path_spellings(first)}.isdisjoint(path_spellings(second))


def values_of(settings: Settings, placement: OptionPlacement) -> tuple[object, ...]:
    """The values of the option that goes to a place, one or several."""
    setting = settings.at(placement)
    if setting is None:
        return ()
    return setting.value if isinstance(setting.value, tuple) else (setting.value,)


def identity_values(settings: Settings) -> Iterator[object]:
    """What says which data it is, where that is no path."""
    for setting in settings.settings:
        if setting.option.identity:
            yield from setting.value if isinstance(setting.value, tuple) else (setting.value,)


def address(settings: Settings, parameters: Mapping[str, object]) -> str:
    """On which servers it is, in the order of their names; empty where the settings do not say."""
    for setting in settings.settings:
        if setting.option.address and not isinstance(setting.value, SecretName):
            return ",".join(sorted(fill_parameters(setting.value, parameters).split(",")))
    return ""


def servers(
    settings: Settings, connections: Iterable[Connection], environment: EnvironmentValues
) -> frozenset[str]:
    """The servers by themselves: two ends that share one of them are on the same cluster.

    Of a connection that does not say where it is, its name stands for it.
    """
    text = _server_list(settings, connections, environment.parameters, environment.connections)
    return frozenset(each.strip().casefold() for each in text.split(","))


def _server_list(
    settings: Settings,
    connections: Iterable[Connection],
    parameters: Mapping[str, object],
    overrides: Mapping[str, Mapping[str, object]],
) -> str:
    own_address, name = (
        address(settings, parameters),
        settings.connection and settings.connection.name,
    )
    shared = next((each for each in connections if each.name == name), None)
    if own_address or shared is None:
        return own_address
    role = shared.connector.connection
    options = [each for each in (role.options if role else ()) if each.address]
    for option in options:
        override = overrides.get(shared.name, {}).get(option.spark)
        if isinstance(override, str):
            return ",".join(sorted(override.split(",")))
    return address(shared.settings, parameters) or f"connection {shared.name}"
