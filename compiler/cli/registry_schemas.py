"""Schemas of registries as files: fetched, and compared with what a registry has now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import os
import posixpath

from msgspec import Struct

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import quote_path, read_contents
from ssbt.compiler.cli.registry import Registry
from ssbt.compiler.cli.secret_values import look_up_secrets
from ssbt.compiler.cli.units import Unit, relocate_findings
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.configuration.registries import RegistrySettings, load_registry_settings
from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.diagnostics.codes import schemas as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.disk import is_outside
from ssbt.compiler.formats.avro import avro_type
from ssbt.compiler.formats.avro_resolution import find_incompatibilities
from ssbt.compiler.formats.json_text import parse_json
from ssbt.compiler.formats.languages import AVRO
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.formats.registry_files import (
    PulledSchema,
    SchemaVersion,
    parse_pulled_schema,
    render_file,
)
from ssbt.compiler.hocon.loading import Files
from ssbt.compiler.resolve.schemas.subjects import NamedSubject, Subjects, find_subjects
from ssbt.compiler.source import Source

ComparisonResult = tuple[list[Diagnostic], Mapping[str, Source], int]


class RegistryContext(Struct, frozen=True):
    """Where registries are asked: what the environment says of them, and an address for all."""

    settings: RegistrySettings
    url: str | None


def pull_schemas(units: Iterable[Unit], url: str | None, env: str | None) -> Iterator[str]:
    """Write the schemas of all subjects, a line about each file. Raises Failure, WriteError."""
    pulled_paths: set[str] = set()
    for unit in units:
        context = RegistryContext(_load_settings(unit, env), url)
        for named_subject in _find_subjects(unit, context).subjects:
            path = _schema_path(unit, named_subject)
            if path not in pulled_paths:
                pulled_paths.add(path)
                yield _pull_schema(path, named_subject, context)


def _pull_schema(path: str, named_subject: NamedSubject, context: RegistryContext) -> str:
    subject = named_subject.subject.subject
    version = _connect_registry(named_subject, context).find_version(
        subject, named_subject.subject.version
    )
    if version is None:
        number = (
            f"version {named_subject.subject.version} of " if named_subject.subject.version else ""
        )
        raise Failure(f"the registry does not have {number}{quote_path(subject)}")
    content = render_file(version).encode()
    if os.path.exists(path) and read_contents(path) == content:
        return f"{path}: version {version.version}, as before"
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    write_all([(path, content)])
    return f"{path}: version {version.version}"


def compare_schemas(
    units: Iterable[Unit], url: str | None, env: str | None
) -> Iterator[ComparisonResult]:
    """For each pipeline, what differs and breaks, the files, and the number of schemas."""
    for unit in units:
        context = RegistryContext(_load_settings(unit, env), url)
        pipeline_subjects = _find_subjects(unit, context)
        findings = [
            each
            for named_subject in pipeline_subjects.subjects
            for each in _check_subject(unit, named_subject, context)
        ]
        yield (
            *relocate_findings(findings, pipeline_subjects.sources, unit),
            len(pipeline_subjects.subjects),
        )


def _check_subject(
    unit: Unit, named_subject: NamedSubject, context: RegistryContext
) -> Iterator[Diagnostic]:
    subject = named_subject.subject
    label = Label(subject.span)
    path = _schema_path(unit, named_subject)
    ours = _read_pulled(path)
    if ours is None:
        message = f"the schema of `{subject.subject}` is not here: there is no `{path}`"
        yield Diagnostic(codes.NOT_PULLED, message, label, (), ("fetch it: `ssbtc schema pull`",))
        return
    registry = _connect_registry(named_subject, context)
    registered, latest = registry.find_version(subject.subject, ours.version), None
    if registered is None or not _is_same(ours, registered):
        problem = "has no" if registered is None else "has another schema as"
        message = f"the registry {problem} version {ours.version} of `{subject.subject}`"
        yield Diagnostic(codes.GONE, message, label, (), ("`ssbtc schema pull` fetches it again",))
    latest = registry.find_version(subject.subject, 0)
    if latest is None or latest.version <= ours.version:
        return
    problems = tuple(_find_breaks(ours, latest))
    state = f"`{subject.subject}` is at version {latest.version} in the registry"
    if problems:
        message = f"{state}, and version {ours.version}, which is here, cannot read that"
        yield Diagnostic(codes.WOULD_BREAK, message, label, (), problems)
    else:
        message = f"{state}, which can be read with version {ours.version}, which is here"
        yield Diagnostic(codes.MOVED_ON, message, label)


def _find_breaks(ours: PulledSchema, latest: SchemaVersion) -> Iterator[str]:
    """What records of the latest version lack for the schema that is here."""
    if ours.language != AVRO or latest.type != "AVRO":
        if ours.language == AVRO or latest.type == "AVRO":
            yield f"the schema is {latest.type} now"
        return
    try:
        referenced = [parse_json(each.schema) for _, each in latest.references]
        theirs = avro_type(parse_json(latest.schema), referenced)
        yield from find_incompatibilities(avro_type(ours.schema, ours.referenced_schemas), theirs)
    except SchemaProblemError as problem:
        yield f"the registry's schema: {problem.message}"


def _is_same(ours: PulledSchema, theirs: SchemaVersion) -> bool:
    pulled_again = parse_pulled_schema(render_file(theirs))
    return _comparable(ours) == _comparable(pulled_again)


def _comparable(schema: PulledSchema) -> object:
    references = [(each.name, each.schema.to_plain()) for each in schema.references]
    return schema.language, schema.schema.to_plain(), references


def _read_pulled(path: str) -> PulledSchema | None:
    try:
        return parse_pulled_schema(read_contents(path).decode("utf-8"))
    except OSError:
        return None
    except (SchemaProblemError, UnicodeDecodeError):
        raise Failure(
            f"{quote_path(path)} is not a schema that was pulled; pull it again"
        ) from None


def _load_settings(unit: Unit, env: str | None) -> RegistrySettings:
    """What an environment says of registries. Raises Failure where it has mistakes."""
    if env is None:
        return RegistrySettings()
    settings = load_registry_settings(unit.path, unit.name, env, Files(unit.read, unit.real_path))
    if settings.findings:
        command = f"`ssbtc check --env {env} {unit.input.path}`"
        raise Failure(f"{settings.findings[0].message}: see {command}")
    return settings


def _find_subjects(unit: Unit, context: RegistryContext) -> Subjects:
    """The subjects of a pipeline. Raises Failure where what names them has mistakes."""
    pipeline_subjects = find_subjects(unit.path, unit.read, context.settings.parameters)
    if pipeline_subjects.findings:
        raise Failure(
            f"{pipeline_subjects.findings[0].message}: see `ssbtc check {unit.input.path}`"
        )
    return pipeline_subjects


def _connect_registry(named_subject: NamedSubject, context: RegistryContext) -> Registry:
    """The registry of a subject, with the values of the secrets that its connection names."""
    connection_options = context.settings.connections.get(named_subject.connection.casefold(), {})
    options = {**named_subject.options, **connection_options}
    if context.url is not None:
        options["url"] = context.url
    if "url" not in options:
        subject = quote_path(named_subject.subject.subject)
        raise Failure(f"where {subject} is, neither `registry = …` nor `--url` says")
    values = {name: text for name, text in options.items() if isinstance(text, str)}
    secrets = {name: value.name for name, value in options.items() if isinstance(value, SecretName)}
    references = {name: context.settings.secret_reference(name) for name in secrets.values()}
    secret_texts = look_up_secrets(references)
    return Registry({**values, **{option: secret_texts[name] for option, name in secrets.items()}})


def _schema_path(unit: Unit, named_subject: NamedSubject) -> str:
    """Where the pulled schema is, as the user would write it."""
    folder = posixpath.dirname(named_subject.subject.span.path)
    path = unit.display_path(posixpath.normpath(posixpath.join(folder, named_subject.subject.file)))
    if is_outside(path, unit.input.project):
        raise Failure(f"{quote_path(path)} is outside the project: see `ssbtc explain SSBT1306`")
    return path
