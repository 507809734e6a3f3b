"""Schemas that are written elsewhere: in a file, in another language, or in a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import posixpath

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import schemas as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.disk import OutsideError
from ssbt.compiler.formats.languages import (
    BY_SUFFIX,
    DESCRIPTORS,
    PROTOBUF,
    ExternalSchema,
    MissingExtraError,
    NoSuchMessageError,
    convert_descriptors,
    convert_json,
    convert_text,
)
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.formats.registry_files import PulledSchema, parse_pulled_schema
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.entries import (
    OriginEntries,
    RegistrySubject,
    resolve_file_entries,
    resolve_kind_entries,
)
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.syntax.encoding import decode_source


class _SchemaText(Struct, frozen=True):
    """A schema's text: named at `span`; `path` is its file, or that of the declaration.

    `text_value` is the text in the declaration, and `message_span` where a message is named.
    `imports` are texts that it imports, by their paths, and that no file has.
    """

    language: str
    content: str | bytes
    path: str
    span: Span
    message: str
    is_file: bool = True
    imports: Mapping[str, str] = {}
    text_value: TextValue | None = None
    message_span: Span | None = None


class SchemaOriginResolver:
    """Reads what follows `from`, and adds the files that it reads to `sources`."""

    def __init__(self, read: Reader, sources: dict[str, Source], report: Report) -> None:
        self._read = read
        self._report = report
        self._sources = sources

    def resolve(self, origin: d.SchemaOrigin) -> ExternalSchema | None:
        """The schema; None with a finding."""
        if isinstance(origin.location, Name):
            kind_node = origin.location
            entries = resolve_kind_entries(kind_node, origin.entries, self._report)
            if entries is None:
                return None
            if entries.subject is not None:
                return self._resolve_subject(entries.subject, entries)
            kind = kind_node.text.lower()
            path = kind_node.span.path
            text = _SchemaText(
                *(kind, entries.schema, path, entries.span, entries.message, False),
                text_value=entries.text,
                message_span=entries.message_span,
            )
        else:
            schema_text = self._read_file(origin)
            if schema_text is None:
                return None
            text = schema_text
        return self._parse_text(text)

    # ---- files

    def _read_file(self, origin: d.SchemaOrigin) -> _SchemaText | None:
        assert not isinstance(origin.location, Name)
        span, parts = origin.location.span, origin.location.parts
        relative = "".join(part for part in parts if isinstance(part, str))
        suffix = posixpath.splitext(relative)[1].lower()
        if any(not isinstance(part, str) for part in parts):
            message = "the path of a schema is known when compiling: it holds no parameter"
            self._report.add(codes.UNUSABLE_SCHEMA_FILE, span, message)
            return None
        if suffix not in BY_SUFFIX:
            message = f'what is in "{relative}" is not known by its ending'
            help_ = f"schemas are in files that end in {', '.join(BY_SUFFIX)}"
            self._report.add(codes.UNUSABLE_SCHEMA_FILE, span, message, help=help_)
            return None
        entries = resolve_file_entries(BY_SUFFIX[suffix], span, origin.entries, self._report)
        path = _sibling_path(span.path, relative)
        content = self._read_content(path, span, is_text=BY_SUFFIX[suffix] != DESCRIPTORS)
        if entries is None or content is None:
            return None
        message_name, message_span = entries.message, entries.message_span
        return _SchemaText(
            BY_SUFFIX[suffix], content, path, span, message_name, message_span=message_span
        )

    def _read_content(self, path: str, span: Span, *, is_text: bool = True) -> str | bytes | None:
        """What is in a file; None with a finding."""
        if path in self._sources:
            return self._sources[path].text
        try:
            data = self._read(path)
        except OSError as error:
            help_ = "the path is relative to the file that declares the schema"
            self._report.add_unreadable_file(codes.UNUSABLE_SCHEMA_FILE, span, path, error, help_)
            return None
        if not is_text:
            return data
        source = decode_source(path, data)
        if isinstance(source, Diagnostic):
            self._report.findings.append(source)
            return None
        self._sources[path] = source
        return source.text

    # ---- registries

    def _resolve_subject(
        self, subject: RegistrySubject, entries: OriginEntries
    ) -> ExternalSchema | None:
        path = _sibling_path(subject.span.path, subject.file)
        pulled = self._read_pulled_file(path, subject)
        if pulled is None:
            return None
        foreign_schema = self._parse_pulled(pulled, path, subject.span, entries.message)
        return (
            replace(foreign_schema, subject=subject.subject) if foreign_schema is not None else None
        )

    def _parse_pulled(
        self, pulled: PulledSchema, path: str, span: Span, message: str
    ) -> ExternalSchema | None:
        if pulled.language != PROTOBUF:
            return self._parse_with_report(
                _SchemaText(pulled.language, "", path, span, ""),
                lambda: convert_json(pulled.language, pulled.schema, pulled.referenced_schemas),
            )
        content = str(pulled.schema.content)
        proto = f"{posixpath.splitext(path)[0]}.proto"
        imports = {each.name: str(each.schema.content) for each in pulled.references}
        return self._parse_text(
            _SchemaText(PROTOBUF, content, proto, span, message, False, imports)
        )

    def _read_pulled_file(self, path: str, subject: RegistrySubject) -> PulledSchema | None:
        try:
            source = decode_source(path, self._read(path))
        except OutsideError as error:
            self._report.add_unreadable_file(codes.NOT_PULLED, subject.span, path, error)
            return None
        except OSError:
            message = f"the schema of `{subject.subject}` is not here: there is no `{path}`"
            help_ = "fetch it with `ssbtc schema pull`"
            self._report.add(codes.NOT_PULLED, subject.span, message, help=help_)
            return None
        if isinstance(source, Diagnostic):
            self._report.findings.append(source)
            return None
        self._sources[path] = source
        try:
            pulled = parse_pulled_schema(source.text)
        except SchemaProblemError as problem:
            self._add_problem(problem, Span(path, problem.start, problem.end))
            return None
        is_other = pulled.subject != subject.subject
        if is_other or (subject.version and pulled.version != subject.version):
            expected = f"version {subject.version}" if not is_other else f"`{subject.subject}`"
            actual = f"version {pulled.version}" if not is_other else f"`{pulled.subject}`"
            message = f"`{path}` holds {actual}, not {expected}"
            help_ = "fetch it with `ssbtc schema pull`"
            self._report.add(codes.NOT_PULLED, subject.span, message, help=help_)
            return None
        return pulled

    # ---- what the text declares

    def _parse_text(self, text: _SchemaText) -> ExternalSchema | None:
        def read_import(name: str) -> str:
            if name in text.imports:
                return text.imports[name]
            imported_text = self._read_content(_sibling_path(text.path, name), text.span)
            if not isinstance(imported_text, str):
                raise _AlreadyReportedError
            return imported_text

        if isinstance(text.content, bytes):
            data = text.content
            return self._parse_with_report(text, lambda: convert_descriptors(data, text.message))
        content, name = text.content, posixpath.basename(text.path)
        return self._parse_with_report(
            text, lambda: convert_text(text.language, content, name, text.message, read_import)
        )

    def _parse_with_report(
        self, text: _SchemaText, parse: Callable[[], ExternalSchema]
    ) -> ExternalSchema | None:
        try:
            return parse()
        except _AlreadyReportedError:
            return None
        except SchemaProblemError as problem:
            span = (
                text.text_value.find_span(problem.start, problem.end) if text.text_value else None
            )
            if text.is_file and text.path in self._sources:
                span = Span(text.path, problem.start, problem.end)
            if span is not None and problem.end > 0:
                self._add_problem(problem, span)
            else:
                self._add_problem(problem, text.span, _describe_position(text.content, problem))
        except MissingExtraError:
            message = "Protobuf's libraries are not installed here"
            help_ = "pip install 'ssbt[protobuf]'"
            self._report.add(codes.UNUSABLE_SCHEMA_FILE, text.span, message, help=help_)
        except NoSuchMessageError as error:
            self._report_no_message(text, error.args)
        return None

    def _add_problem(self, problem: SchemaProblemError, span: Span, label: str = "") -> None:
        help_ = problem.help or ()
        # The label says where in the text it is, which has no place of its own then.
        fix = (Edit(span, problem.instead),) if problem.instead and not label else ()
        self._report.add(codes.BAD_SCHEMA_TEXT, span, problem.message, label, help=help_, fix=fix)

    def _report_no_message(self, text: _SchemaText, names: tuple[str, ...]) -> None:
        listed = ", ".join(f"`{name}`" for name in names)
        if not text.message:
            message = (
                f"there are several messages here: {listed}" if names else "no message is here"
            )
            help_ = f'say which is meant: `message = "{names[0]}"`' if names else ()
            self._report.add(codes.NO_SUCH_MESSAGE, text.span, message, help=help_)
        else:
            suggestion = did_you_mean(text.message, names)
            message = f"there is no message `{text.message}`"
            code, span = codes.NO_SUCH_MESSAGE, text.message_span or text.span
            otherwise = f"the messages are {listed}"
            self._report.suggest(code, span, message, suggestion, otherwise, text=f'"{suggestion}"')


class _AlreadyReportedError(Exception):
    """What is wrong has been told."""


def _describe_position(content: str | bytes, problem: SchemaProblemError) -> str:
    """Where in a text the problem is, for people; nothing where that is not known."""
    if isinstance(content, bytes) or not problem.end:
        return ""
    line, column = Source("", content).position(problem.start)
    return f"line {line}, column {column} of this text"


def _sibling_path(path: str, relative: str) -> str:
    """The path of a file that is named by its place beside another one."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
