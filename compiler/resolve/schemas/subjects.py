"""The subjects of registries that schemas come from, for the commands that ask them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConnectionName, SecretName, Settings
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes.declarations import BAD_ENTRY
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.declarations import Declarations, collect_declarations
from ssbt.compiler.resolve.files import Reader, load_files
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.parameters import resolve_parameters
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import REGISTRY_KIND, registry_uses
from ssbt.compiler.resolve.schemas.entries import RegistrySubject, resolve_kind_entries
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast.nodes import Name

_NO_VALUES: Mapping[str, str] = {}


class NamedSubject(Struct, frozen=True):
    """The subject of a declared schema, and the options of the registry that has it.

    An option is a text, or the name of a secret. Without a connection there are none.
    """

    subject: RegistrySubject
    connection: str
    options: Mapping[str, str | SecretName]


class Subjects(Struct, frozen=True):
    """All subjects of a pipeline and its imports, what was found, and the files read."""

    subjects: tuple[NamedSubject, ...]
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def find_subjects(path: str, read: Reader, values: Mapping[str, str] = _NO_VALUES) -> Subjects:
    """The subjects that the file at `path` and its imports declare schemas from.

    Only findings about these and their connections are reported: the rest is the compiler's to say.
    `values` are those of parameters, by casefolded name, where it is not the default.
    """
    files = load_files(path, read, Report())
    declarations = collect_declarations(files.declarations, Report())
    report = Report()
    parameters = resolve_parameters(declarations.params.values(), Report())
    spelling = {key: each.name for key, each in parameters.items()}
    connections = _RegistryConnections(declarations, parameters, values, spelling, report)
    named_subjects: list[NamedSubject] = []
    for node in declarations.schemas.values():
        origin = node.origin
        if origin is None or not isinstance(origin.location, Name):
            continue
        entries = resolve_kind_entries(origin.location, origin.entries, report)
        if entries is not None and entries.subject is not None:
            use = next(registry_uses([node], declarations.connections), None)
            options = connections.resolve_options(use)
            if options is not None:
                named_subjects.append(
                    NamedSubject(entries.subject, use.name if use else "", options)
                )
    return Subjects(tuple(named_subjects), tuple(report.findings), files.sources)


class _RegistryConnections:
    """The options of the connections to registries."""

    def __init__(
        self,
        declarations: Declarations,
        parameters: Mapping[str, Parameter],
        values: Mapping[str, str],
        spelling: Mapping[str, str],
        report: Report,
    ) -> None:
        self._declarations = declarations
        self._parameters = parameters
        self._parameter_values = values
        self._report = report
        self._options = OptionResolver(
            declarations,
            parameters,
            lambda name: spelling.get(name.casefold(), name),
            "4.1",
            report,
        )

    def resolve_options(self, use: ConnectionName | None) -> Mapping[str, str | SecretName] | None:
        """What the connection of a subject says; nothing without one, None with a finding."""
        finding_count = len(self._report.findings)
        if use is None:
            return {}
        self._options.look_up_connection(use, REGISTRY_KIND)
        node = self._declarations.connections.get(use.name.casefold())
        if node is None:
            return None
        resolved = self._options.resolve_settings(Role.CONNECTION, node.kind, node.entries)
        if resolved is None or len(self._report.findings) > finding_count:
            return None
        return dict(self._iterate_options(resolved[1]))

    def _iterate_options(self, settings: Settings) -> Iterator[tuple[str, str | SecretName]]:
        for setting in settings.settings:
            value = setting.value
            if isinstance(value, SecretName | str):
                yield setting.option.name, value
            elif isinstance(value, Text | ParamUse):
                parts = value.parts if isinstance(value, Text) else (value,)
                yield setting.option.name, "".join(map(self._render_part, parts))

    def _render_part(self, part: str | ParamUse) -> str:
        """A part of a text, for which parameters have the values given, or their defaults."""
        if isinstance(part, str):
            return part
        if part.name.casefold() in self._parameter_values:
            return self._parameter_values[part.name.casefold()]
        parameter = self._parameters.get(part.name.casefold())
        if parameter is None or parameter.required:
            message = f"the value of `{part.name}` is not known here: it has no default"
            self._report.add(BAD_ENTRY, part.span, message, help="say it with `--env` or `--url`")
            return ""
        return str(parameter.default)
