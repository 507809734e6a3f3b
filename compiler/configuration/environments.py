"""What a project's files say for one environment of one pipeline, checked against the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
import json
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.configuration.connections import connection_options
from ssbt.compiler.configuration.parameters import parameter_values
from ssbt.compiler.configuration.project import Project, project
from ssbt.compiler.configuration.reports import Entry, Findings
from ssbt.compiler.configuration.secrets import secret_references
from ssbt.compiler.configuration.spark import spark_settings
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.emit.naming import script_stem
from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.nodes import Branch
from ssbt.compiler.hocon.problems import MistakeError
from ssbt.compiler.hocon.resolving import Object, resolved
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Source, Span

SECTIONS = ("params", "spark", "connections", "secrets")


class Environment(Struct, frozen=True):
    """The values of one environment: `entries` for people, `document` for the runtime."""

    name: str
    entries: tuple[Entry, ...]
    document: Mapping[str, Any]
    findings: Findings = field(default_factory=Findings)
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def json(self) -> str:
        """The document as the runtime reads it."""
        return json.dumps(self.document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def environment(project: Project, name: str, pipeline: Pipeline, files: Files) -> Environment:
    """The environment called `name`; its findings tell what is wrong with it."""
    loader, findings = Loader(project.root, files), Findings()
    try:
        said = said_of(project, name, pipeline.name, loader)
    except MistakeError as error:
        findings.all.append(error.finding)
        return Environment(name, (), {}, findings, loader.sources)
    for key in said.fields:
        # A name of the user's own, for other values to refer to.
        if key not in SECTIONS and not key.startswith("_"):
            findings.unknown(said.keys[key], f"a configuration has no `{key}`", key, SECTIONS)
    sections = {key: _section(said, key, findings) for key in SECTIONS}
    parameters = parameter_values(sections["params"], pipeline, name, findings)
    settings = spark_settings(sections["spark"], pipeline, findings)
    connections = connection_options(sections["connections"], pipeline, findings)
    wired = {**connections.document, "spark": settings.document}
    secrets = secret_references(sections["secrets"], pipeline, wired, findings)
    parts = {
        "params": parameters,
        "spark": settings,
        "connections": connections,
        "secrets": secrets,
    }
    document = {key: part.document for key, part in parts.items() if part.document}
    entries = tuple(entry for part in parts.values() for entry in part.entries)
    return Environment(name, entries, document, findings, loader.sources)


def said_of(project: Project, name: str, pipeline: str, loader: Loader) -> Object:
    """What the files of an environment come to for a pipeline; raises MistakeError."""
    layers = project.layers(name, script_stem(pipeline))
    found = [loader.branch(path) for path in layers]
    present = [branch for branch in found if branch is not None]
    return resolved(present or [Branch(Span(layers[1], 0, 0))])


def _section(said: Object, key: str, findings: Findings) -> Object:
    value = said.fields.get(key)
    if value is None or isinstance(value, Object):
        return value or Object({}, said.span, {})
    findings.bad(value.span, f"`{key}` is an object: `{key} {{ … }}`")
    return Object({}, said.span, {})


class Environments(Struct, frozen=True):
    """All that were asked for, and what is wrong with the project or with them."""

    environments: tuple[Environment, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)


def of_project(
    pipeline: Pipeline, folder: str | None, files: Files, names: tuple[str, ...] = ()
) -> Environments:
    """The environments called `names`, or all, of the project in `folder`, if there is one."""
    loader = Loader(folder or "", files)
    try:
        known = project(folder, loader) if folder is not None else Project("", ())
    except MistakeError as error:
        return Environments((), (error.finding,), loader.sources)
    listed = known.environments
    strange = [_unknown(name, listed, pipeline.span) for name in names if name not in listed]
    wanted = [name for name in names or listed if name in listed]
    found = tuple(environment(known, name, pipeline, files) for name in wanted)
    # What several environments take from one file is wrong once.
    findings = dict.fromkeys((*strange, *(each for one in found for each in one.findings.all)))
    sources = dict(loader.sources)
    for one in found:
        sources |= one.sources
    return Environments(found, tuple(findings), sources)


def _unknown(name: str, listed: tuple[str, ...], span: Span) -> Diagnostic:
    near = did_you_mean(name, listed)
    message = f"there is no environment `{name}`" + (f"; did you mean `{near}`?" if near else "")
    help_ = f"`ssbt.conf` lists {', '.join(listed)}" if listed else "`ssbt.conf` lists none"
    return Diagnostic(codes.UNKNOWN_ENVIRONMENT, message, Label(span), (), (help_,))
