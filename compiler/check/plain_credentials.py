"""Credentials that go over the network as they are: to an address that begins with `http://`."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.value_findings import ValueFinding
from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.locations import EnvironmentValues, default_values, fill_parameters
from ssbt.compiler.ir.pipeline import Connection, Pipeline

_DECLARED = """\
secret registry_token

connection registry: schema_registry {
  url   = "ADDRESS"
  token = registry_token
}
"""
_SOURCE = """\
source orders from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = avro { registry = registry }
  schema            = Order
}
"""
_SCHEMA = """\
schema Order from avro {
  schema = \"\"\"
    {"type": "record", "name": "Order", "fields": [
      {"name": "id", "type": "long"}, {"name": "amount", "type": "long"},
      {"name": "status", "type": "string"}
    ]}
  \"\"\"
}
"""


def _example(address: str) -> str:
    return example(preamble=_DECLARED.replace("ADDRESS", address), schema=_SCHEMA, source=_SOURCE)


PLAIN_CREDENTIALS = Code(
    "SSBT0565",
    "Credentials over `http://`",
    """\
If a password, a token or a client's secret is sent to an address that begins with `http://`,
everybody on the way can read it. Use `https://`; a `ca_location` names a certificate that the
system does not trust by default. There is no warning for addresses of the machine itself, such as
`localhost`.
""",
    wrong=_example("http://registry.example.com:8081"),
    right=_example("https://registry.example.com:8081"),
    severity=Severity.WARNING,
)

_LOOPBACK = ("localhost", "127.", "[::1]")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each address of a connection that has credentials."""
    for each in find_with(pipeline, default_values(pipeline)):
        yield each.diagnostic


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """A finding for each address that these values give."""
    for connection, setting in _find_addresses(pipeline, values):
        yield ValueFinding(id(setting), _build_diagnostic(connection, setting))


def _find_addresses(
    pipeline: Pipeline, values: EnvironmentValues
) -> Iterator[tuple[Connection, Setting]]:
    for connection in pipeline.connections:
        settings = connection.settings.settings
        if not any(each.option.secret for each in settings):
            continue
        overrides = values.connections.get(connection.name, {})
        for setting in settings:
            override = overrides.get(setting.option.spark)
            own = fill_parameters(setting.value, values.parameters)
            text = override if isinstance(override, str) else own
            if not setting.option.secret and any(map(_is_plain, text.split(","))):
                yield connection, setting


def _is_plain(address: str) -> bool:
    scheme, separator, rest = address.strip().casefold().partition("://")
    host = rest.rpartition("@")[2]
    return scheme == "http" and bool(separator) and not host.startswith(_LOOPBACK)


def _build_diagnostic(connection: Connection, setting: Setting) -> Diagnostic:
    secrets = [each for each in connection.settings.settings if each.option.secret and each.span]
    names = " and ".join(f"`{each.option.name}`" for each in secrets)
    message = f"{names} of `{connection.name}` is sent without encryption"
    also = tuple(Label(each.span, "sent there") for each in secrets if each.span is not None)
    span = setting.span or connection.span
    return Diagnostic(PLAIN_CREDENTIALS, message, Label(span), also, ("use `https://`",))
