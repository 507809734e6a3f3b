"""What an environment says of registries, before their schemas are there to compile with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ssbt.compiler.configuration.environments import said_of
from ssbt.compiler.configuration.finding import project_folder
from ssbt.compiler.configuration.project import project
from ssbt.compiler.configuration.reports import Findings
from ssbt.compiler.configuration.secrets import reference
from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.problems import MistakeError, mistake
from ssbt.compiler.hocon.resolving import Object, Scalar, Value
from ssbt.compiler.source import Span


class RegistryAnswers(Struct, frozen=True):
    """What is said of parameters and of connections, and where secrets are looked up.

    Names are casefolded. `findings` are those that concern these: `ssbtc check` has them all.
    """

    parameters: Mapping[str, str] = {}
    connections: Mapping[str, Mapping[str, str | SecretName]] = {}
    secrets: Mapping[str, Mapping[str, Any]] = {}
    findings: tuple[Diagnostic, ...] = ()

    def reference(self, secret: str) -> Mapping[str, Any]:
        """Where a secret is looked up: a provider, with its options."""
        found = self.secrets.get(secret.casefold()) or self.secrets.get("default")
        return found or {"provider": "env"}


def registry_answers(path: str, pipeline: str, name: str, files: Files) -> RegistryAnswers:
    """The answers of the environment called `name`, for the pipeline at `path`."""
    folder = project_folder(path, files.read)
    loader = Loader(folder or "", files)
    try:
        known = project(folder, loader) if folder is not None else None
        if known is None or name not in known.environments:
            message = f"there is no environment `{name}`"
            raise mistake(Span(path, 0, 0), message, codes.UNKNOWN_ENVIRONMENT)
        said = said_of(known, name, pipeline, loader)
    except MistakeError as error:
        return RegistryAnswers(findings=(error.finding,))
    findings = Findings()
    connections = _objects(said, "connections")
    secrets = _objects(said, "secrets")
    default = secrets.get("default")
    references = {
        key: reference(default, own, findings, is_needed=key != "default")[0]
        for key, own in secrets.items()
    }
    return RegistryAnswers(
        {key: each.text for key, each in _members(said, "params") if isinstance(each, Scalar)},
        {key: dict(_options(each)) for key, each in connections.items()},
        references,
        tuple(findings.all),
    )


def _members(said: Object, section: str) -> list[tuple[str, Value]]:
    found = said.fields.get(section)
    members = found.fields if isinstance(found, Object) else {}
    return [(key.casefold(), each) for key, each in members.items()]


def _objects(said: Object, section: str) -> dict[str, Object]:
    return {key: each for key, each in _members(said, section) if isinstance(each, Object)}


def _options(said: Object) -> list[tuple[str, str | SecretName]]:
    found: list[tuple[str, str | SecretName]] = []
    for key, value in said.fields.items():
        secret = value.fields.get("secret") if isinstance(value, Object) else None
        if isinstance(secret, Scalar):
            found.append((key, SecretName(secret.text, secret.span)))
        elif isinstance(value, Scalar):
            found.append((key, value.text))
    return found
