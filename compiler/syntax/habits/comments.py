"""Signs of other languages that a file can be read without: their comments, and semicolons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.tokens import Token, tokenize_file

# A number or a name, and then the end of an item: nobody comments so.
_DIVISION = lazy_pattern(r"//\s*(?:\d+|[\w.]+)\s*(?:\)|,|as\b|[\r\n]|\Z)")
SEMICOLON_MESSAGE = "nothing ends with `;`"


def without_foreign_signs(source: Source) -> tuple[Source, list[Diagnostic]]:
    """The file with white space, or a comma, in their place, and a finding for each."""
    text = source.text
    pieces: list[str] = []
    findings: list[Diagnostic] = []
    last = 0
    for token, following in _find_foreign_signs(tokenize_file(text)):
        if token.kind == "foreign" and _is_division(text, token.start):
            findings.append(_diagnose_division(source, token))
            # What follows it is no comment.
            pieces += [text[last : token.start], " /"]
            last = token.start + 2
            continue
        if token.kind == "foreign":
            findings.append(_diagnose_comment(source, token))
            replacement = "".join(c if c in "\r\n" else " " for c in text[token.start : token.end])
        else:
            replacement = "," if following else " "
            findings.append(_diagnose_semicolon(source, token, "," if following else ""))
        pieces += [text[last : token.start], replacement]
        last = token.end
    return Source(source.path, "".join([*pieces, text[last:]])), findings


def _is_division(text: str, start: int) -> bool:
    """Whether `//` stands between two operands; at the beginning of a line it begins a comment."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return bool(line.strip()) and _DIVISION.match(text, start) is not None


def _find_foreign_signs(every: Iterable[Token]) -> Iterator[tuple[Token, bool]]:
    """Each of these signs, and whether an entry of a block follows on its line."""
    depth = 0
    semicolon: Token | None = None
    for token in every:
        if semicolon is not None:
            yield semicolon, depth > 0 and token.kind in ("word", "name", "string")
            semicolon = None
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "foreign":
            yield token, False
        elif token.kind == "semicolon":
            semicolon = token
    if semicolon is not None:
        yield semicolon, False


def _diagnose_comment(source: Source, token: Token) -> Diagnostic:
    sign = source.text[token.start : token.start + 2]
    if source.text.startswith("/*+", token.start):
        message = "there are no hints: how the work is done is left to Spark"
        whole = Span(source.path, token.start, token.end)
        label, edit = Label(whole), Edit(whole, "")
        return Diagnostic(codes.UNEXPECTED_TOKEN, message, label, (), ("leave it out",), (edit,))
    start = Span(source.path, token.start, token.start + 2)
    fix = [Edit(start, "#")]
    help_ = "write `#`"
    if sign == "/*":
        line_end = source.text.find("\n", token.end)
        trailing = source.text[token.end : line_end if line_end >= 0 else None]
        content = source.text[token.start : token.end]
        if trailing.strip() or "\n" in content or "\r" in content or not content.endswith("*/"):
            fix, help_ = [], "write `#`, on each of its lines; what is code goes on the next line"
        else:
            fix.append(Edit(Span(source.path, token.end - 2, token.end), ""))
    elif sign == "--":
        help_ = "write `#`, or `- -` for two signs"
    code, label = codes.UNEXPECTED_TOKEN, Label(start)
    return Diagnostic(code, "comments begin with `#`", label, (), (help_,), tuple(fix))


def _diagnose_division(source: Source, token: Token) -> Diagnostic:
    span = Span(source.path, token.start, token.start + 2)
    code, message = codes.UNEXPECTED_TOKEN, "`//` divides nothing"
    # Below zero the two differ, and nobody can tell which is meant.
    help_ = "write `div`, which cuts the fraction off, or `floor(… / …)`, which rounds down"
    return Diagnostic(code, message, Label(span), (), (help_,))


def _diagnose_semicolon(source: Source, token: Token, replacement: str) -> Diagnostic:
    span = Span(source.path, token.start, token.end)
    message, help_ = SEMICOLON_MESSAGE, "remove it"
    if replacement:
        message, help_ = "entries have a comma or a new line between them", "write a comma"
    edits = (Edit(span, replacement),)
    return Diagnostic(codes.UNEXPECTED_TOKEN, message, Label(span), (), (help_,), edits)
