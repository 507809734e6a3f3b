"""Schemas of registries as files: fetched, and compared with what a registry has now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import os
import posixpath

from msgspec import Struct

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import contents, quoted
from ssbt.compiler.cli.registry import Registry
from ssbt.compiler.cli.secret_values import secret_values
from ssbt.compiler.cli.units import Unit, relocated_findings
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.configuration.registries import RegistryAnswers, registry_answers
from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.diagnostics.codes import schemas as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.disk import is_outside
from ssbt.compiler.formats.avro import avro_type
from ssbt.compiler.formats.avro_resolution import unreadable
from ssbt.compiler.formats.json_text import parsed_json
from ssbt.compiler.formats.languages import AVRO
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.formats.registry_files import PulledSchema, Version, file_text, pulled_schema
from ssbt.compiler.hocon.loading import Files
from ssbt.compiler.resolve.schemas.subjects import NamedSubject, Subjects, subjects
from ssbt.compiler.source import Source

Compared = tuple[list[Diagnostic], Mapping[str, Source], int]


class Asked(Struct, frozen=True):
    """Where registries are asked: what the environment says of them, and an address for all."""

    answers: RegistryAnswers
    url: str | None


def pulled(units: Iterable[Unit], url: str | None, env: str | None) -> Iterator[str]:
    """Write the schemas of all subjects, a line about each file. Raises Failure, WriteError."""
    done: set[str] = set()
    for unit in units:
        asked = Asked(_answers(unit, env), url)
        for named in _subjects(unit, asked).all:
            path = _path(unit, named)
            if path not in done:
                done.add(path)
                yield _pulled(path, named, asked)


def _pulled(path: str, named: NamedSubject, asked: Asked) -> str:
    subject = named.subject.subject
    found = _registry(named, asked).version(subject, named.subject.version)
    if found is None:
        number = f"version {named.subject.version} of " if named.subject.version else ""
        raise Failure(f"the registry does not have {number}{quoted(subject)}")
    content = file_text(found).encode()
    if os.path.exists(path) and contents(path) == content:
        return f"{path}: version {found.version}, as before"
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    write_all([(path, content)])
    return f"{path}: version {found.version}"


def compared(units: Iterable[Unit], url: str | None, env: str | None) -> Iterator[Compared]:
    """For each pipeline, what differs and breaks, the files, and the number of schemas."""
    for unit in units:
        asked = Asked(_answers(unit, env), url)
        found = _subjects(unit, asked)
        findings = [each for named in found.all for each in _compared(unit, named, asked)]
        yield *relocated_findings(findings, found.sources, unit), len(found.all)


def _compared(unit: Unit, named: NamedSubject, asked: Asked) -> Iterator[Diagnostic]:
    subject = named.subject
    label = Label(subject.span)
    path = _path(unit, named)
    ours = _file(path)
    if ours is None:
        message = f"the schema of `{subject.subject}` is not here: there is no `{path}`"
        yield Diagnostic(codes.NOT_PULLED, message, label, (), ("fetch it: `ssbtc schema pull`",))
        return
    registry = _registry(named, asked)
    same, latest = registry.version(subject.subject, ours.version), None
    if same is None or not _is_same(ours, same):
        problem = "has no" if same is None else "has another schema as"
        message = f"the registry {problem} version {ours.version} of `{subject.subject}`"
        yield Diagnostic(codes.GONE, message, label, (), ("`ssbtc schema pull` fetches it anew",))
    latest = registry.version(subject.subject, 0)
    if latest is None or latest.version <= ours.version:
        return
    broken = tuple(_broken(ours, latest))
    about = f"`{subject.subject}` is at version {latest.version} in the registry"
    if broken:
        message = f"{about}, and version {ours.version}, which is here, cannot read that"
        yield Diagnostic(codes.WOULD_BREAK, message, label, (), broken)
    else:
        message = f"{about}, which can be read with version {ours.version}, which is here"
        yield Diagnostic(codes.MOVED_ON, message, label)


def _broken(ours: PulledSchema, latest: Version) -> Iterator[str]:
    """What records of the latest version lack for the schema that is here."""
    if ours.language != AVRO or latest.type != "AVRO":
        if ours.language == AVRO or latest.type == "AVRO":
            yield f"the schema is {latest.type} now"
        return
    try:
        others = [parsed_json(each.schema) for _, each in latest.references]
        theirs = avro_type(parsed_json(latest.schema), others)
        yield from unreadable(avro_type(ours.schema, ours.others), theirs)
    except SchemaProblemError as problem:
        yield f"the registry's schema: {problem.message}"


def _is_same(ours: PulledSchema, theirs: Version) -> bool:
    again = pulled_schema(file_text(theirs))
    return _plain(ours) == _plain(again)


def _plain(schema: PulledSchema) -> object:
    references = [(each.name, each.schema.plain()) for each in schema.references]
    return schema.language, schema.schema.plain(), references


def _file(path: str) -> PulledSchema | None:
    try:
        return pulled_schema(contents(path).decode("utf-8"))
    except OSError:
        return None
    except (SchemaProblemError, UnicodeDecodeError):
        raise Failure(f"{quoted(path)} is no schema that was pulled; pull it anew") from None


def _answers(unit: Unit, env: str | None) -> RegistryAnswers:
    """What an environment says of registries. Raises Failure where it has mistakes."""
    if env is None:
        return RegistryAnswers()
    found = registry_answers(unit.path, unit.name, env, Files(unit.read, unit.real))
    if found.findings:
        command = f"`ssbtc check --env {env} {unit.input.path}`"
        raise Failure(f"{found.findings[0].message}: see {command}")
    return found


def _subjects(unit: Unit, asked: Asked) -> Subjects:
    """The subjects of a pipeline. Raises Failure where what names them has mistakes."""
    found = subjects(unit.path, unit.read, asked.answers.parameters)
    if found.findings:
        raise Failure(f"{found.findings[0].message}: see `ssbtc check {unit.input.path}`")
    return found


def _registry(named: NamedSubject, asked: Asked) -> Registry:
    """The registry of a subject, with the values of the secrets that its connection names."""
    said = asked.answers.connections.get(named.connection.casefold(), {})
    options = {**named.options, **said}
    if asked.url is not None:
        options["url"] = asked.url
    if "url" not in options:
        subject = quoted(named.subject.subject)
        raise Failure(f"where {subject} is, neither `registry = …` nor `--url` says")
    values = {name: text for name, text in options.items() if isinstance(text, str)}
    secrets = {name: value.name for name, value in options.items() if isinstance(value, SecretName)}
    references = {name: asked.answers.reference(name) for name in secrets.values()}
    found = secret_values(references)
    return Registry({**values, **{option: found[name] for option, name in secrets.items()}})


def _path(unit: Unit, named: NamedSubject) -> str:
    """Where the pulled schema is, as the user would write it."""
    folder = posixpath.dirname(named.subject.span.path)
    path = unit.shown(posixpath.normpath(posixpath.join(folder, named.subject.file)))
    if is_outside(path, unit.input.project):
        raise Failure(f"{quoted(path)} is outside of the project: see `ssbtc explain SSBT1306`")
    return path
