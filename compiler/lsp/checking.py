"""The findings of a file that is being typed: only what changed is parsed and resolved again."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.diagnostics.allowances import Allowance
from ssbt.compiler.diagnostics.codes.syntax import NO_PIPELINE
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import Reader, check_resolved, configure_pipeline, pipeline_endpoints
from ssbt.compiler.lsp.padding import PaddedText, pad_source
from ssbt.compiler.resolve.program import resolve_program
from ssbt.compiler.resolve.query_cache import QueryCache
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.encoding import decode_source
from ssbt.compiler.syntax.incremental import DeclarationCache
from ssbt.compiler.types.datatypes import DataType

_PIPELINE_DECLARATIONS = (
    *(d.Pipeline, d.SourceRead, d.Let, d.SinkWrite, d.Maintain, d.Expect, d.Test),
)
# What is larger is parsed as it is; padding must not make a file too large.
_MAX_PADDED = 500_000


@dataclass(frozen=True, eq=False, kw_only=True)
class CheckedFile:
    """What is wrong with the file at `path` and those that it imports, and where it meets others.

    What environments of its project say is among the findings.
    `is_library` says that it declares nothing but what others can import.
    """

    path: str
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    is_library: bool
    endpoints: tuple[Endpoint, ...] = ()
    allowances: tuple[Allowance, ...] = ()


class IncrementalChecker:
    """Checks one file again and again; what it finds is what a look from scratch would find."""

    def __init__(self) -> None:
        self._padded: dict[str, PaddedText] = {}
        self._syntax = DeclarationCache()
        self._queries = QueryCache()

    def check(self, path: str, read: Reader) -> CheckedFile:
        """The file as it is now; `read` gives the bytes of files or raises OSError."""
        sources: dict[str, Source] = {}
        padded: dict[str, PaddedText] = {}

        def read_padded(name: str) -> bytes:
            content = read(name)
            source = decode_source(name, content) if name.endswith(".ssbt") else None
            # A byte-order mark must stay the first character.
            has_mark = content.startswith(BOM_UTF8)
            if not isinstance(source, Source) or has_mark or len(content) > _MAX_PADDED:
                return content
            sources[name] = source
            padded[name] = pad_source(source, self._padded.get(name))
            return padded[name].build_text().encode("utf-8")

        parse, queries = self._syntax.parse, self._queries
        result = resolve_program(path, read_padded, tests=True, parse=parse, query_cache=queries)
        configured = configure_pipeline(check_resolved(result), path, read_padded)
        check_result = configured.check_result
        self._padded = padded
        is_library = declares_library(path, result.files.declarations)
        return CheckedFile(
            path=path,
            findings=_relocate(without_missing_pipeline(check_result.findings, is_library), padded),
            sources={**check_result.sources, **sources},
            is_library=is_library,
            endpoints=_relocate(pipeline_endpoints(configured), padded),
            allowances=_relocate(check_result.allowances, padded),
        )


def declares_library(path: str, declarations: Iterable[d.Declaration]) -> bool:
    """Whether a file declares nothing but what others can import."""
    own_declarations = (each for each in declarations if each.span.path == path)
    return not any(isinstance(each, _PIPELINE_DECLARATIONS) for each in own_declarations)


def without_missing_pipeline(
    findings: tuple[Diagnostic, ...], is_library: bool
) -> tuple[Diagnostic, ...]:
    """The findings in a file; a library needs no pipeline."""
    return tuple(f for f in findings if f.code is not NO_PIPELINE) if is_library else findings


def _relocate(value: Any, padded: Mapping[str, PaddedText]) -> Any:
    """The same with all places as they are in the files."""
    if type(value) is Span:
        text = padded.get(value.path)
        return text.real_span(value) if text is not None else value
    if type(value) is tuple:
        return tuple([_relocate(each, padded) for each in value])
    if not isinstance(value, Struct) or isinstance(value, DataType):
        return value
    changes = {}
    for name in value.__struct_fields__:
        part = getattr(value, name)
        relocated = _relocate(part, padded)
        if relocated is not part:
            changes[name] = relocated
    return replace(value, **changes) if changes else value
