"""The subjects of registries that schemas come from, for the commands that ask them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConnectionName, SecretName, Settings
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.declarations import Declared, declared
from ssbt.compiler.resolve.files import Reader, loaded
from ssbt.compiler.resolve.options import Options
from ssbt.compiler.resolve.parameters import parameters
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declared import REGISTRY_KIND, registry_uses
from ssbt.compiler.resolve.schemas.entries import RegistrySubject, kind_entries
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast.expressions import Name

_NONE: Mapping[str, str] = {}


class NamedSubject(Struct, frozen=True):
    """The subject of a declared schema, and the options of the registry that has it.

    An option is a text, or the name of a secret. Without a connection there are none.
    """

    subject: RegistrySubject
    connection: str
    options: Mapping[str, str | SecretName]


class Subjects(Struct, frozen=True):
    """All subjects of a pipeline and its imports, what was found, and the files read."""

    all: tuple[NamedSubject, ...]
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def subjects(path: str, read: Reader, values: Mapping[str, str] = _NONE) -> Subjects:
    """The subjects that the file at `path` and its imports declare schemas from.

    Only findings about these and their connections are told: the rest is the compiler's to say.
    `values` are those of parameters, by casefolded name, where it is not the default.
    """
    files = loaded(path, read, Report())
    found = declared(files.declarations, Report())
    report = Report()
    given = parameters(found.params.values(), Report())
    spelling = {key: each.name for key, each in given.items()}
    connections = _Connections(found, given, values, spelling, report)
    named: list[NamedSubject] = []
    for node in found.schemas.values():
        origin = node.origin
        if origin is None or not isinstance(origin.place, Name):
            continue
        entries = kind_entries(origin.place, origin.entries, report)
        if entries is not None and entries.subject is not None:
            use = next(registry_uses([node], found.connections), None)
            options = connections.options(use)
            if options is not None:
                named.append(NamedSubject(entries.subject, use.name if use else "", options))
    return Subjects(tuple(named), tuple(report.findings), files.sources)


class _Connections:
    """The options of the connections to registries."""

    def __init__(
        self,
        found: Declared,
        given: Mapping[str, Parameter],
        values: Mapping[str, str],
        spelling: Mapping[str, str],
        report: Report,
    ) -> None:
        self._declared = found
        self._parameters = given
        self._given = values
        self._report = report
        self._options = Options(
            found, given, lambda name: spelling.get(name.casefold(), name), "4.1", report
        )

    def options(self, use: ConnectionName | None) -> Mapping[str, str | SecretName] | None:
        """What the connection of a subject says; nothing without one, None with a finding."""
        before = len(self._report.findings)
        if use is None:
            return {}
        self._options.connection(use, REGISTRY_KIND)
        node = self._declared.connections.get(use.name.casefold())
        if node is None:
            return None
        got = self._options.settings(Role.CONNECTION, node.kind, node.entries)
        if got is None or len(self._report.findings) > before:
            return None
        return dict(self._values(got[1]))

    def _values(self, settings: Settings) -> Iterator[tuple[str, str | SecretName]]:
        for setting in settings.settings:
            value = setting.value
            if isinstance(value, SecretName | str):
                yield setting.option.name, value
            elif isinstance(value, Text | ParamUse):
                parts = value.parts if isinstance(value, Text) else (value,)
                yield setting.option.name, "".join(map(self._part, parts))

    def _part(self, part: str | ParamUse) -> str:
        """A part of a text, for which parameters have the values given, or their defaults."""
        if isinstance(part, str):
            return part
        if part.name.casefold() in self._given:
            return self._given[part.name.casefold()]
        known = self._parameters.get(part.name.casefold())
        if known is None or known.required:
            message = f"the value of `{part.name}` is not known here: it has no default"
            self._report.add(
                name_codes.BAD_ENTRY, part.span, message, help="say it with `--env` or `--url`"
            )
            return ""
        return str(known.default)
