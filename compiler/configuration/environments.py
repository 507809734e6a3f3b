"""What a project's files say for one environment of one pipeline, checked against the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
import json
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.configuration.connections import read_connections
from ssbt.compiler.configuration.parameters import read_parameters
from ssbt.compiler.configuration.project import Project, load_project
from ssbt.compiler.configuration.reports import Entry, FindingCollector
from ssbt.compiler.configuration.secrets import read_secrets
from ssbt.compiler.configuration.spark import read_spark_settings
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.emit.naming import script_stem
from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.nodes import Branch
from ssbt.compiler.hocon.problems import ConfigurationError
from ssbt.compiler.hocon.resolving import resolve_layers
from ssbt.compiler.hocon.values import Object
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Source, Span

SECTIONS = ("params", "spark", "connections", "secrets")


class Environment(Struct, frozen=True):
    """The values of one environment: `entries` for people, `document` for the runtime."""

    name: str
    entries: tuple[Entry, ...]
    document: Mapping[str, Any]
    findings: FindingCollector = field(default_factory=FindingCollector)
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def json(self) -> str:
        """The document as the runtime reads it."""
        return json.dumps(self.document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_environment(project: Project, name: str, pipeline: Pipeline, files: Files) -> Environment:
    """The environment called `name`; its findings tell what is wrong with it."""
    loader, findings = Loader(project.root, files), FindingCollector()
    try:
        configuration = load_configuration(project, name, pipeline.name, loader)
    except ConfigurationError as error:
        findings.diagnostics.append(error.finding)
        return Environment(name, (), {}, findings, loader.sources)
    for key in configuration.fields:
        # A name of the user's own, for other values to refer to.
        if key not in SECTIONS and not key.startswith("_"):
            findings.add_unknown_key(
                configuration.keys[key], f"a configuration has no `{key}`", key, SECTIONS
            )
    sections = {key: _section(configuration, key, findings) for key in SECTIONS}
    parameters = read_parameters(sections["params"], pipeline, name, findings)
    settings = read_spark_settings(sections["spark"], pipeline, findings)
    connections = read_connections(sections["connections"], pipeline, findings)
    option_groups = {**connections.document, "spark": settings.document}
    secrets = read_secrets(sections["secrets"], pipeline, option_groups, findings)
    parts = {
        "params": parameters,
        "spark": settings,
        "connections": connections,
        "secrets": secrets,
    }
    document = {key: part.document for key, part in parts.items() if part.document}
    entries = tuple(entry for part in parts.values() for entry in part.entries)
    return Environment(name, entries, document, findings, loader.sources)


def load_configuration(project: Project, name: str, pipeline: str, loader: Loader) -> Object:
    """What the files of an environment come to for a pipeline; raises MistakeError."""
    layers = project.layers(name, script_stem(pipeline))
    branches = [loader.load_branch(path) for path in layers]
    present = [branch for branch in branches if branch is not None]
    return resolve_layers(present or [Branch(Span(layers[1], 0, 0))])


def _section(configuration: Object, key: str, findings: FindingCollector) -> Object:
    value = configuration.fields.get(key)
    if value is None or isinstance(value, Object):
        return value or Object({}, configuration.span, {})
    findings.add_bad_value(value.span, f"`{key}` is an object: `{key} {{ … }}`")
    return Object({}, configuration.span, {})


class ProjectEnvironments(Struct, frozen=True):
    """All that were asked for, and what is wrong with the project or with them."""

    environments: tuple[Environment, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)


def load_environments(
    pipeline: Pipeline, folder: str | None, files: Files, names: tuple[str, ...] = ()
) -> ProjectEnvironments:
    """The environments called `names`, or all, of the project in `folder`, if there is one."""
    loader = Loader(folder or "", files)
    try:
        loaded_project = load_project(folder, loader) if folder is not None else Project("", ())
    except ConfigurationError as error:
        return ProjectEnvironments((), (error.finding,), loader.sources)
    listed = loaded_project.environments
    unknown = [
        _unknown_environment(name, listed, pipeline.span) for name in names if name not in listed
    ]
    selected = [name for name in names or listed if name in listed]
    loaded = tuple(load_environment(loaded_project, name, pipeline, files) for name in selected)
    # What several environments take from one file is wrong once.
    findings = dict.fromkeys(
        (*unknown, *(each for item in loaded for each in item.findings.diagnostics))
    )
    sources = dict(loader.sources)
    for item in loaded:
        sources |= item.sources
    return ProjectEnvironments(loaded, tuple(findings), sources)


def _unknown_environment(name: str, listed: tuple[str, ...], span: Span) -> Diagnostic:
    near = did_you_mean(name, listed)
    message = f"there is no environment `{name}`" + (f"; did you mean `{near}`?" if near else "")
    help_ = f"`ssbt.conf` lists {', '.join(listed)}" if listed else "`ssbt.conf` lists none"
    return Diagnostic(codes.UNKNOWN_ENVIRONMENT, message, Label(span), (), (help_,))
