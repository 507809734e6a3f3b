"""The blocks of sources, sinks and connections: what they say, and what they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.connectors.named import named_connection, named_connector
from ssbt.compiler.connectors.secrets import flows
from ssbt.compiler.connectors.settings import ConnectionName, FormatUse, SecretName, Settings
from ssbt.compiler.connectors.specification import Connector, Role
from ssbt.compiler.connectors.validation import Use, validated
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes import connections as connection_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import secrets as secret_codes
from ssbt.compiler.diagnostics.codes.connectors import MISSING_OPTION, OPTION_CONFLICT, UNFIT_PARAM
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.blocks import Spelling, option_entries
from ssbt.compiler.resolve.datetime_patterns import pattern_findings
from ssbt.compiler.resolve.declarations import Declared
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import Name
from ssbt.compiler.syntax.names import parameter_text
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DayTimeIntervalType,
    MapType,
    YearMonthIntervalType,
)

# Types whose values are no text that an option could hold.
_NO_TEXT = (ArrayType, MapType, BinaryType, DayTimeIntervalType, YearMonthIntervalType)


class Options:
    """The options of blocks, with what they name looked up.

    `used_parameters`, `used_secrets` and `used_connections` are names in lower case.
    """

    def __init__(
        self,
        declared: Declared,
        parameters: Mapping[str, Parameter],
        spelling: Spelling,
        target: str,
        report: Report,
        *,
        legacy_formats: bool = False,
    ) -> None:
        self._legacy_formats = legacy_formats
        self._declared = declared
        self._parameters = parameters
        self._spelling = spelling
        self._target = target
        self._report = report
        self.used_parameters: set[str] = set()
        self.used_secrets: set[str] = set()
        self.used_connections: set[str] = set()

    def settings(
        self, role: Role, name: Name, entries: tuple[v.Entry, ...], *, streaming: bool = False
    ) -> tuple[Connector, Settings] | None:
        """The connector and its settings; None where there is no such connector."""
        find = named_connection if role is Role.CONNECTION else named_connector
        connector = find(name.text, name.span)
        if isinstance(connector, Diagnostic):
            self._report.findings.append(connector)
            return None
        secrets = tuple(node.name.text for node in self._declared.secrets.values())
        use = Use(role, streaming, name.span, self._target, self._parameter_type, secrets)
        said = option_entries(entries, self._spelling)
        result = validated(connector, use, said)
        broken = any(isinstance(entry.value, v.BrokenValue) for entry in entries)
        # What seems to be missing may stand in an entry that did not parse.
        self._report.findings += [
            found
            for found in result.findings
            if not (broken and found.code in (MISSING_OPTION, OPTION_CONFLICT))
        ]
        legacy = self._legacy_formats
        self._report.findings += pattern_findings(connector, role, said, legacy=legacy)
        self._look_up(result.settings)
        return connector, result.settings

    def _parameter_type(self, name: str) -> str | None:
        known = self._parameters.get(name.casefold())
        return known.type.sql.lower() if known is not None else None

    def _look_up(self, settings: Settings) -> None:
        for setting in settings.settings:
            if isinstance(setting.value, FormatUse):
                self._look_up(setting.value.settings)
                continue
            for use in _within(setting.value):
                if isinstance(use, ConnectionName):
                    self.connection(use, setting.option.connection)
                else:
                    self._value(use)
        for option in settings.raw:
            for use in _within(option.value):
                self._value(use)

    def _value(self, use: object) -> None:
        if isinstance(use, ParamUse):
            self.parameter(use)
        elif isinstance(use, SecretName):
            self._secret(use)

    def parameters_in(self, text: Text) -> None:
        """Look up the parameters in a text."""
        for use in _within(text):
            self._value(use)

    def parameter(self, use: ParamUse) -> None:
        """Look up a parameter."""
        key = use.name.casefold()
        known_parameter = self._parameters.get(key)
        if known_parameter is not None:
            self.used_parameters.add(key)
            if isinstance(known_parameter.type, _NO_TEXT):
                message = f"`{use.name}` is {known_parameter.type.sql}, which is no text"
                help_ = "an option takes parameters of single values, which can be written as text"
                self._report.add(UNFIT_PARAM, use.span, message, help=help_)
        elif key in self._declared.secrets:
            self.used_secrets.add(key)
            self._report.findings.append(flows(use.name, "the text", use.span))
        elif key not in self._declared.broken:
            known = [each.name for each in self._parameters.values()]
            message = f"there is no parameter `{use.name}`"
            code, written = codes.UNKNOWN_PARAM, parameter_text
            self._report.unknown(
                code, use.span, message, use.name, known, "parameters", written=written
            )

    def _secret(self, use: SecretName) -> None:
        key = use.name.casefold()
        if key in self._declared.secrets:
            self.used_secrets.add(key)
        elif key not in self._declared.broken:
            known = [node.name.text for node in self._declared.secrets.values()]
            message = f"there is no secret `{use.name}`"
            self._report.unknown(
                secret_codes.UNKNOWN_SECRET, use.span, message, use.name, known, "secrets"
            )

    def connection(self, use: ConnectionName, kind: str) -> None:
        """Look up a connection of a kind."""
        key = use.name.casefold()
        node = self._declared.connections.get(key)
        if node is not None:
            self.used_connections.add(key)
            known_kind = not isinstance(named_connection(node.kind.text, use.span), Diagnostic)
            if node.kind.text != kind and known_kind:
                message = f"`{use.name}` is a connection of the kind `{node.kind.text}`"
                also = (Label(node.kind.span, "declared here"),)
                help_ = f"a connection of the kind `{kind}` is needed"
                code = connection_codes.OTHER_KIND
                self._report.add(code, use.span, message, also=also, help=help_)
        elif key not in self._declared.broken:
            known = [each.name.text for each in self._declared.connections.values()]
            message = f"there is no connection `{use.name}`"
            code = connection_codes.UNKNOWN_CONNECTION
            self._report.unknown(code, use.span, message, use.name, known, "connections")


def _within(value: object) -> Iterator[object]:
    """The names in a value, however deep."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Text):
            waiting.extend(item.parts)
        elif isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, FormatUse):
            waiting.extend(setting.value for setting in item.settings.settings)
            waiting.extend(option.value for option in item.settings.raw)
        else:
            yield item


def connection_names(settings: Iterable[Settings]) -> Iterator[str]:
    """The connections that settings name, in lower case."""
    for each in settings:
        for setting in each.settings:
            for use in _within(setting.value):
                if isinstance(use, ConnectionName):
                    yield use.name.casefold()


def secret_names(settings: Iterable[Settings]) -> Iterator[str]:
    """The secrets that settings name, in lower case."""
    for each in settings:
        for setting in each.settings:
            for use in _within(setting.value):
                if isinstance(use, SecretName):
                    yield use.name.casefold()
