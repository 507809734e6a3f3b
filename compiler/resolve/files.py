"""The files of a pipeline: the one that is compiled, and those that it imports."""

from __future__ import annotations

from collections.abc import Callable
import posixpath

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import encoding as encoding_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import tests as test_codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.disk import OutsideError
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.encoding import decode_source
from ssbt.compiler.syntax.parsing import ParsedFile, parse_file

Reader = Callable[[str], bytes]
Parser = Callable[[Source], ParsedFile]
_SUFFIX, _TESTS = ".ssbt", "_test.ssbt"
_IMPORTABLE = (
    d.Schema,
    d.Param,
    d.Secret,
    d.Connection,
    d.Transform,
    d.Import,
    d.BrokenDeclaration,
)

_KEYWORDS = {
    d.Pipeline: "pipeline",
    d.Import: "import",
    d.Param: "param",
    d.Secret: "secret",
    d.Connection: "connection",
    d.Schema: "schema",
    d.SourceRead: "source",
    d.Let: "let",
    d.Transform: "transform",
    d.SinkWrite: "sink",
    d.Maintain: "maintain",
    d.Expect: "expect",
    d.Test: "test",
}


class LoadedFiles(Struct):
    """Every declaration in reach, the main file's last, and all sources that were read.

    `imports` are the paths that imports lead to, by the place of their text.
    `is_partial` when an import was not read, so that names may be missing.
    """

    declarations: list[d.Declaration] = field(default_factory=list)
    comments: dict[str, tuple[d.Comment, ...]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    imports: dict[Span, str] = field(default_factory=dict)
    is_partial: bool = False


def load_files(
    path: str, read: Reader, report: Report, *, tests: bool = False, parse: Parser = parse_file
) -> LoadedFiles:
    """The main file and its imports, each read once; with `tests`, also those beside it.

    `parse` may be one that keeps what it knows of earlier versions of a file.
    """
    files = LoadedFiles()
    _load(path, None, [], read, report, files, parse)
    if tests and path in files.comments:
        _load_tests(path, read, report, files, parse)
    return files


def tests_path_of(path: str) -> str | None:
    """Where the tests of the pipeline at `path` may be, `orders_test.ssbt` for `orders.ssbt`."""
    is_pipeline = path.endswith(_SUFFIX) and not path.endswith(_TESTS)
    return path.removesuffix(_SUFFIX) + _TESTS if is_pipeline else None


def pipeline_path_of(path: str) -> str | None:
    """The pipeline whose tests a file called `orders_test.ssbt` holds; None for another name."""
    return path.removesuffix(_TESTS) + _SUFFIX if path.endswith(_TESTS) else None


def _load_tests(path: str, read: Reader, report: Report, files: LoadedFiles, parse: Parser) -> None:
    tests_path = tests_path_of(path)
    if tests_path is None:
        return
    try:
        source = decode_source(tests_path, read(tests_path))
    except OutsideError as error:
        report.add_unreadable_file(
            encoding_codes.UNREADABLE_FILE, Span(tests_path, 0, 0), tests_path, error
        )
        return
    except OSError:
        return
    if isinstance(source, Diagnostic):
        report.findings.append(source)
        return
    files.sources[tests_path] = source
    file = parse(source)
    report.findings += file.findings
    files.comments[tests_path] = file.file.comments
    for each in file.file.declarations:
        if isinstance(each, d.Test):
            files.declarations.append(each)
        elif not isinstance(each, d.BrokenDeclaration):
            span = _keyword_span(each)
            message = f"`{tests_path}` holds tests of `{path}` alone"
            report.add(test_codes.NOT_A_TEST, span, message, help=f"move this to `{path}`")


def _load(
    path: str,
    import_node: d.Import | None,
    import_chain: list[str],
    read: Reader,
    report: Report,
    files: LoadedFiles,
    parse: Parser,
) -> None:
    if path in import_chain:
        assert import_node is not None
        chain = " → ".join([*import_chain[import_chain.index(path) :], path])
        report.add(
            codes.IMPORT_CYCLE, import_node.path.span, f"this import leads back here: {chain}"
        )
        return
    if path in files.sources:
        return
    source = _read_source(path, import_node, read, report)
    if source is None:
        files.is_partial = True
        return
    files.sources[path] = source
    file = parse(source)
    report.findings += file.findings
    if file.findings and not file.file.declarations:
        files.is_partial = True
        return
    files.comments[path] = file.file.comments
    is_pipeline = any(isinstance(each, d.Pipeline) for each in file.file.declarations)
    for declaration in file.file.declarations:
        if isinstance(declaration, d.Import):
            target = _resolve_import_path(path, declaration, report)
            if target is not None:
                files.imports[declaration.path.span] = target
                _load(target, declaration, [*import_chain, path], read, report, files, parse)
            else:
                files.is_partial = True
        elif import_node is None or isinstance(declaration, _IMPORTABLE):
            files.declarations.append(declaration)
            files.is_partial |= _is_broken_import(declaration)
        elif isinstance(declaration, d.Pipeline) or not is_pipeline:
            # A whole pipeline that is imported is one mistake.
            _report_not_importable(declaration, import_node, report)


def _is_broken_import(node: d.Declaration) -> bool:
    return isinstance(node, d.BrokenDeclaration) and node.keyword == "import"


def _resolve_import_path(path: str, node: d.Import, report: Report) -> str | None:
    """The path of the imported file, relative to where the main file's path is."""
    text = "".join(part for part in node.path.parts if isinstance(part, str))
    if any(not isinstance(part, str) for part in node.path.parts):
        message = "the path of an import is known when compiling: it holds no parameter"
        report.add(codes.IMPORT_NOT_FOUND, node.path.span, message)
        return None
    if not text.endswith(".ssbt") or "\0" in text:
        message = f'"{text}" is no `.ssbt` file'
        report.add(codes.IMPORT_NOT_FOUND, node.path.span, message)
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), text))


def _read_source(
    path: str, import_node: d.Import | None, read: Reader, report: Report
) -> Source | None:
    try:
        data = read(path)
    except OSError as error:
        if import_node is None:
            report.add_unreadable_file(
                encoding_codes.UNREADABLE_FILE, Span(path, 0, 0), path, error
            )
        else:
            help_ = "the path is relative to the file that imports"
            report.add_unreadable_file(
                codes.IMPORT_NOT_FOUND, import_node.path.span, path, error, help_
            )
        return None
    source = decode_source(path, data)
    if isinstance(source, Diagnostic):
        report.findings.append(source)
        return None
    return source


def _report_not_importable(
    declaration: d.Declaration, import_node: d.Import, report: Report
) -> None:
    keyword = _KEYWORDS.get(type(declaration), "declaration")
    also = (Label(import_node.path.span, "imported here"),)
    message = f"an imported file cannot have a `{keyword}`"
    help_ = "it shares schemas, params, secrets, connections and transforms"
    report.add(codes.NOT_IMPORTABLE, _keyword_span(declaration), message, also=also, help=help_)


def _keyword_span(declaration: d.Declaration) -> Span:
    """The place of its first word."""
    keyword = _KEYWORDS.get(type(declaration), "declaration")
    span = declaration.span
    return Span(span.path, span.start, min(span.end, span.start + len(keyword)))
