"""What an environment says of registries, before their schemas are there to compile with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ssbt.compiler.configuration.discovery import find_project_folder
from ssbt.compiler.configuration.environments import load_configuration
from ssbt.compiler.configuration.project import load_project
from ssbt.compiler.configuration.reports import FindingCollector
from ssbt.compiler.configuration.secrets import resolve_reference
from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.problems import ConfigurationError, configuration_error
from ssbt.compiler.hocon.values import Object, Scalar, Value
from ssbt.compiler.source import Span


class RegistrySettings(Struct, frozen=True):
    """What is said of parameters and of connections, and where secrets are looked up.

    Names are casefolded. `findings` are those that concern these: `ssbtc check` has them all.
    """

    parameters: Mapping[str, str] = {}
    connections: Mapping[str, Mapping[str, str | SecretName]] = {}
    secrets: Mapping[str, Mapping[str, Any]] = {}
    findings: tuple[Diagnostic, ...] = ()

    def secret_reference(self, secret: str) -> Mapping[str, Any]:
        """Where a secret is looked up: a provider, with its options."""
        source = self.secrets.get(secret.casefold()) or self.secrets.get("default")
        return source or {"provider": "env"}


def load_registry_settings(path: str, pipeline: str, name: str, files: Files) -> RegistrySettings:
    """The answers of the environment called `name`, for the pipeline at `path`."""
    folder = find_project_folder(path, files.read)
    loader = Loader(folder or "", files)
    try:
        loaded_project = load_project(folder, loader) if folder is not None else None
        if loaded_project is None or name not in loaded_project.environments:
            message = f"there is no environment `{name}`"
            raise configuration_error(Span(path, 0, 0), message, codes.UNKNOWN_ENVIRONMENT)
        configuration = load_configuration(loaded_project, name, pipeline, loader)
    except ConfigurationError as error:
        return RegistrySettings(findings=(error.finding,))
    findings = FindingCollector()
    connections = _objects(configuration, "connections")
    secrets = _objects(configuration, "secrets")
    default = secrets.get("default")
    references = {
        key: resolve_reference(default, secret, findings, is_needed=key != "default")[0]
        for key, secret in secrets.items()
    }
    return RegistrySettings(
        {
            key: each.text
            for key, each in _members(configuration, "params")
            if isinstance(each, Scalar)
        },
        {key: dict(_options(each)) for key, each in connections.items()},
        references,
        tuple(findings.diagnostics),
    )


def _members(configuration: Object, section: str) -> list[tuple[str, Value]]:
    value = configuration.fields.get(section)
    members = value.fields if isinstance(value, Object) else {}
    return [(key.casefold(), each) for key, each in members.items()]


def _objects(configuration: Object, section: str) -> dict[str, Object]:
    return {key: each for key, each in _members(configuration, section) if isinstance(each, Object)}


def _options(configuration: Object) -> list[tuple[str, str | SecretName]]:
    options: list[tuple[str, str | SecretName]] = []
    for key, value in configuration.fields.items():
        secret = value.fields.get("secret") if isinstance(value, Object) else None
        if isinstance(secret, Scalar):
            options.append((key, SecretName(secret.text, secret.span)))
        elif isinstance(value, Scalar):
            options.append((key, value.text))
    return options
