"""What makes a text unreadable before any grammar looks at it."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import encoding as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

MAXIMUM_SIZE = 4_000_000
_UNREADABLE = lazy_pattern("[\0\ufeff\ud800-\udfff]")


def decode_source(path: str, data: bytes) -> Source | Diagnostic:
    """The source in these bytes, which must be UTF-8."""
    try:
        return Source(path, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode("utf-8")
        text = readable + data[error.start :].decode("latin-1")
        span = Span(path, len(readable), len(readable) + 1)
        line, column = Source(path, text).position(span.start)
        return _diagnose_unreadable(
            codes.INVALID_UTF8,
            span,
            f"byte {data[error.start]:#04x} at offset {error.start} (line {line}, column "
            f"{column}) is not UTF-8",
            "save the file as UTF-8",
        )


def check_readable(source: Source) -> Diagnostic | None:
    """Why the text cannot be read at all, if it cannot."""
    size = len(source.text)
    if size > MAXIMUM_SIZE:
        return _diagnose_unreadable(
            codes.FILE_TOO_LARGE,
            Span(source.path, 0, 0),
            f"the file has {size:,} characters; the limit is {MAXIMUM_SIZE:,}",
            "split it with `import`",
        )
    begin, end = body_bounds(source)
    # The pattern takes a millisecond to compile.
    is_plain = source.text.isascii() and "\0" not in source.text
    match = None if is_plain else _UNREADABLE.search(source.text, begin, end)
    if match is None:
        return None
    span = Span(source.path, match.start(), match.end())
    if match.group() == "\0":
        return _diagnose_unreadable(codes.NUL_CHARACTER, span, "a NUL character", "remove it")
    if match.group() == "\ufeff":
        message = "a byte-order mark in the middle of the file"
        return _diagnose_unreadable(codes.STRAY_BYTE_ORDER_MARK, span, message, "remove it")
    message = f"the lone surrogate U+{ord(match.group()):04X} is no character"
    return _diagnose_unreadable(codes.UNREADABLE_CHARACTER, span, message, "remove it")


def body_bounds(source: Source) -> tuple[int, int]:
    """The range of the text that the grammar sees: all but a byte-order mark at the start."""
    return (1 if source.text.startswith("\ufeff") else 0), len(source.text)


def _diagnose_unreadable(code: Code, span: Span, message: str, *help_: str) -> Diagnostic:
    return Diagnostic(code, message, Label(span), (), tuple(help_))
