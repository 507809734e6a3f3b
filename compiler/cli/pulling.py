"""Schemas of registries as files: fetched, and compared with what a registry has now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import json
import os
import posixpath

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import contents, quoted
from ssbt.compiler.cli.registry import Registry, Version
from ssbt.compiler.cli.units import Unit, relocated, relocated_sources
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.diagnostics.codes import schemas as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.formats.avro import avro_type
from ssbt.compiler.formats.avro_resolution import unreadable
from ssbt.compiler.formats.json_text import parsed_json
from ssbt.compiler.formats.languages import AVRO
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.formats.registry_files import PulledSchema, file_text, pulled_schema
from ssbt.compiler.resolve.subjects import NamedSubject, Subjects, subjects
from ssbt.compiler.source import Source

_VARIABLE_PREFIX = "SSBT_SECRET_"
Compared = tuple[list[Diagnostic], Mapping[str, Source], int]


def pulled(units: Iterable[Unit], url: str | None) -> Iterator[str]:
    """Write the schemas of all subjects, a line about each file. Raises Failure, WriteError."""
    done: set[str] = set()
    for unit in units:
        for named in _subjects(unit).all:
            path = _path(unit, named)
            if path not in done:
                done.add(path)
                yield _pulled(path, named, url)


def _pulled(path: str, named: NamedSubject, url: str | None) -> str:
    subject = named.subject.subject
    found = _registry(named, url).version(subject, named.subject.version)
    if found is None:
        number = f"version {named.subject.version} of " if named.subject.version else ""
        raise Failure(f"the registry does not have {number}{quoted(subject)}")
    fields = found.subject, found.version, found.id, found.type, found.schema
    content = file_text(*fields).encode()
    if os.path.exists(path) and contents(path) == content:
        return f"{path}: version {found.version}, as before"
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    write_all([(path, content)])
    return f"{path}: version {found.version}"


def compared(units: Iterable[Unit], url: str | None) -> Iterator[Compared]:
    """For each pipeline, what differs and breaks, the files, and the number of schemas."""
    for unit in units:
        found = _subjects(unit)
        findings = [each for named in found.all for each in _compared(unit, named, url)]
        shown = [relocated(finding, unit) for finding in findings]
        yield shown, relocated_sources(found.sources, unit), len(found.all)


def _compared(unit: Unit, named: NamedSubject, url: str | None) -> Iterator[Diagnostic]:
    subject = named.subject
    label = Label(subject.span)
    path = _path(unit, named)
    ours = _file(path)
    if ours is None:
        message = f"the schema of `{subject.subject}` is not here: there is no `{path}`"
        yield Diagnostic(codes.NOT_PULLED, message, label, (), ("fetch it: `ssbtc schema pull`",))
        return
    registry = _registry(named, url)
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
        theirs = avro_type(parsed_json(latest.schema))
        yield from unreadable(avro_type(ours.schema), theirs)
    except SchemaProblemError as problem:
        yield f"the registry's schema: {problem.message}"


def _is_same(ours: PulledSchema, theirs: Version) -> bool:
    if theirs.type == "PROTOBUF":
        return ours.schema.content == theirs.schema
    return bool(ours.schema.plain() == json.loads(theirs.schema))


def _file(path: str) -> PulledSchema | None:
    try:
        return pulled_schema(contents(path).decode("utf-8"))
    except OSError:
        return None
    except (SchemaProblemError, UnicodeDecodeError):
        raise Failure(f"{quoted(path)} is no schema that was pulled; pull it anew") from None


def _subjects(unit: Unit) -> Subjects:
    """The subjects of a pipeline. Raises Failure where what names them has mistakes."""
    found = subjects(unit.path, unit.read)
    if found.findings:
        raise Failure(f"{found.findings[0].message}: see `ssbtc check {unit.input.path}`")
    return found


def _registry(named: NamedSubject, url: str | None) -> Registry:
    """The registry of a subject, with the values of the secrets that its connection names."""
    options = {name: _value(value) for name, value in named.options.items()}
    if url is not None:
        options["url"] = url
    if "url" not in options:
        subject = quoted(named.subject.subject)
        raise Failure(f"where {subject} is, neither `registry = …` nor `--url` says")
    return Registry(options)


def _value(value: str | SecretName) -> str:
    if isinstance(value, str):
        return value
    variable = _VARIABLE_PREFIX + value.name.upper()
    try:
        return os.environ[variable]
    except KeyError:
        message = f"the secret `{value.name}` has no value: the variable {variable} is not set"
        raise Failure(message) from None


def _path(unit: Unit, named: NamedSubject) -> str:
    """Where the pulled schema is, as the user would write it."""
    folder = posixpath.dirname(named.subject.span.path)
    return unit.shown(posixpath.normpath(posixpath.join(folder, named.subject.file)))
