"""The blocks of sources, sinks and connections: what they say, and what they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.lookup import resolve_connection_kind, resolve_connector
from ssbt.compiler.connectors.secrets import secret_flow
from ssbt.compiler.connectors.settings import ConnectionName, FormatUse, SecretName, Settings
from ssbt.compiler.connectors.specification import Connector, Role
from ssbt.compiler.connectors.validation import validate
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes import connections as connection_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import secrets as secret_codes
from ssbt.compiler.diagnostics.codes.connectors import (
    MISSING_OPTION,
    OPTION_CONFLICT,
    UNFIT_PARAM,
    UNKNOWN_OPTION,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.blocks import Spelling, convert_entries
from ssbt.compiler.resolve.datetime_patterns import check_datetime_patterns
from ssbt.compiler.resolve.declarations import Declarations
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.sparkconf.settings import find_setting
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.names import parameter_text
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DayTimeIntervalType,
    MapType,
    YearMonthIntervalType,
)

_CREDENTIAL_HELP = "declare `secret NAME`, and write its name: credentials are not written down"
# Types whose values are no text that an option could hold.
_NO_TEXT = (ArrayType, MapType, BinaryType, DayTimeIntervalType, YearMonthIntervalType)


class OptionResolver:
    """The options of blocks, with what they name looked up.

    `used_parameters`, `used_secrets` and `used_connections` are names in lower case.
    """

    def __init__(
        self,
        declarations: Declarations,
        parameters: Mapping[str, Parameter],
        spelling: Spelling,
        target: str,
        report: Report,
        *,
        legacy_formats: bool = False,
    ) -> None:
        self._legacy_formats = legacy_formats
        self._declarations = declarations
        self._parameters = parameters
        self._spelling = spelling
        self._target = target
        self._report = report
        self.used_parameters: set[str] = set()
        self.used_secrets: set[str] = set()
        self.used_connections: set[str] = set()

    def resolve_settings(
        self, role: Role, name: Name, entries: tuple[v.Entry, ...], *, streaming: bool = False
    ) -> tuple[Connector, Settings] | None:
        """The connector and its settings; None where there is no such connector."""
        find_named = resolve_connection_kind if role is Role.CONNECTION else resolve_connector
        connector = find_named(name.text, name.span)
        if isinstance(connector, Diagnostic):
            self._report.findings.append(connector)
            return None
        secrets = tuple(node.name.text for node in self._declarations.secrets.values())
        use = ConnectorUse(role, streaming, name.span, self._target, self._parameter_type, secrets)
        converted = convert_entries(entries, self._spelling)
        result = validate(connector, use, converted)
        has_broken_entry = any(isinstance(entry.value, v.BrokenValue) for entry in entries)
        # What seems to be missing may stand in an entry that did not parse.
        self._report.findings += [
            _name_setting(diagnostic)
            for diagnostic in result.findings
            if not (has_broken_entry and diagnostic.code in (MISSING_OPTION, OPTION_CONFLICT))
        ]
        legacy = self._legacy_formats
        self._report.findings += check_datetime_patterns(connector, role, converted, legacy=legacy)
        self._look_up_names(result.settings)
        return connector, result.settings

    def _parameter_type(self, name: str) -> str | None:
        parameter = self._parameters.get(name.casefold())
        return parameter.type.sql.lower() if parameter is not None else None

    def _look_up_names(self, settings: Settings) -> None:
        for setting in settings.settings:
            if isinstance(setting.value, FormatUse):
                self._look_up_names(setting.value.settings)
                continue
            for use in _iterate_names(setting.value):
                if isinstance(use, ConnectionName):
                    self.look_up_connection(use, setting.option.connection)
                else:
                    self._look_up_value(use)
        for option in settings.raw:
            for use in _iterate_names(option.value):
                self._look_up_value(use)

    def _look_up_value(self, use: object) -> None:
        if isinstance(use, ParamUse):
            self.look_up_parameter(use)
        elif isinstance(use, SecretName):
            self._look_up_secret(use)

    def look_up_parameters(self, text: Text) -> None:
        """Look up the parameters in a text."""
        for use in _iterate_names(text):
            self._look_up_value(use)

    def look_up_parameter(self, use: ParamUse) -> None:
        """Look up a parameter."""
        key = use.name.casefold()
        parameter = self._parameters.get(key)
        if parameter is not None:
            self.used_parameters.add(key)
            if isinstance(parameter.type, _NO_TEXT):
                message = f"`{use.name}` is {parameter.type.sql}, which is no text"
                help_ = "an option takes parameters of single values, which can be written as text"
                self._report.add(UNFIT_PARAM, use.span, message, help=help_)
        elif key in self._declarations.secrets:
            self.used_secrets.add(key)
            self._report.findings.append(secret_flow(use.name, "the text", use.span))
        elif key not in self._declarations.broken:
            candidates = [each.name for each in self._parameters.values()]
            message = f"there is no parameter `{use.name}`"
            code, spell = codes.UNKNOWN_PARAM, parameter_text
            self._report.add_unknown_name(
                code, use.span, message, use.name, candidates, "parameters", spell=spell
            )

    def _look_up_secret(self, use: SecretName) -> None:
        key = use.name.casefold()
        if key in self._declarations.secrets:
            self.used_secrets.add(key)
        elif key not in self._declarations.broken:
            candidates = [node.name.text for node in self._declarations.secrets.values()]
            message = f"there is no secret `{use.name}`"
            self._report.add_unknown_name(
                secret_codes.UNKNOWN_SECRET, use.span, message, use.name, candidates, "secrets"
            )
            last = self._report.findings[-1]
            if not last.fix:
                self._report.findings[-1] = replace(last, help=(*last.help, _CREDENTIAL_HELP))

    def look_up_connection(self, use: ConnectionName, kind: str) -> None:
        """Look up a connection of a kind."""
        key = use.name.casefold()
        node = self._declarations.connections.get(key)
        if node is not None:
            self.used_connections.add(key)
            is_known_kind = not isinstance(
                resolve_connection_kind(node.kind.text, use.span), Diagnostic
            )
            if node.kind.text != kind and is_known_kind:
                message = f"`{use.name}` is a connection of the kind `{node.kind.text}`"
                also = (Label(node.kind.span, "declared here"),)
                help_ = f"a connection of the kind `{kind}` is needed"
                code = connection_codes.OTHER_KIND
                self._report.add(code, use.span, message, also=also, help=help_)
        elif key not in self._declarations.broken:
            candidates = [each.name.text for each in self._declarations.connections.values()]
            message = f"there is no connection `{use.name}`"
            code = connection_codes.UNKNOWN_CONNECTION
            self._report.add_unknown_name(
                code, use.span, message, use.name, candidates, "connections"
            )


def _name_setting(finding: Diagnostic) -> Diagnostic:
    """The finding about an unknown option, with the setting of Spark that has its name."""
    if finding.code is not UNKNOWN_OPTION or not any("raw {" in line for line in finding.help):
        return finding
    quoted = finding.message.split("`")
    setting = find_setting(quoted[3]) if len(quoted) > 3 else None
    if setting is None:
        return finding
    help_ = f'it is a setting of Spark: `spark {{ "{setting}" = … }}` in the block `pipeline`'
    return replace(finding, help=(help_,))


def _iterate_names(value: object) -> Iterator[object]:
    """The names in a value, however deep."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Text):
            stack.extend(item.parts)
        elif isinstance(item, tuple):
            stack.extend(item)
        elif isinstance(item, FormatUse):
            stack.extend(setting.value for setting in item.settings.settings)
            stack.extend(option.value for option in item.settings.raw)
        else:
            yield item


def connection_names(settings: Iterable[Settings]) -> Iterator[str]:
    """The connections that settings name, in lower case."""
    for each in settings:
        for setting in each.settings:
            for use in _iterate_names(setting.value):
                if isinstance(use, ConnectionName):
                    yield use.name.casefold()


def secret_names(settings: Iterable[Settings]) -> Iterator[str]:
    """The secrets that settings name, in lower case."""
    for each in settings:
        for setting in each.settings:
            for use in _iterate_names(setting.value):
                if isinstance(use, SecretName):
                    yield use.name.casefold()
