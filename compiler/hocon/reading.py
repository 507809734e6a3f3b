"""Reading a HOCON file, with what it includes, into a Branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.hocon.nodes import (
    Branch,
    Concatenation,
    Leaf,
    ListNode,
    Node,
    Reference,
    has_references,
)
from ssbt.compiler.hocon.paths import has_quotes, parse_path, part_ranges
from ssbt.compiler.hocon.plain_values import parse_plain, refuse_plus
from ssbt.compiler.hocon.problems import configuration_error
from ssbt.compiler.hocon.token_cursor import TokenCursor
from ssbt.compiler.hocon.tokens import Token
from ssbt.compiler.source import Source, Span

MAX_DEPTH = 100
_SIMPLE = frozenset(("text", "lines", "number", "bare"))

Include = Callable[[str, Span, bool, tuple[str, ...]], Branch | None]
"""The branch of an included file: its path, the place, whether it must exist, and the prefix."""


class Parser:
    """One file; `prefix` is the path at which it is included.

    `names` are the paths of all keys and references, each with the place of its last part, and
    `texts` the values that are one text.
    """

    def __init__(self, source: Source, include: Include, prefix: tuple[str, ...]) -> None:
        self._include = include
        self._prefix = prefix
        self._tokens = TokenCursor(source)
        self._depth = 0
        self.names: list[tuple[tuple[str, ...], Span]] = []
        self.texts: list[tuple[tuple[str, ...], str, Span]] = []
        self._lists = 0

    def parse_root(self) -> Branch:
        """The whole file; raises ConfigurationError."""
        self._tokens.skip_space()
        if self._tokens.peek().text == "[" and self._tokens.peek().kind == "mark":
            raise self._tokens.error_here("a file of a configuration is an object, not a list")
        braces = self._tokens.accept("{")
        branch = Branch(self._tokens.span(self._tokens.peek(), self._tokens.peek()))
        self._parse_fields(branch, self._prefix, "}" if braces else "")
        self._tokens.skip_space()
        if self._tokens.peek().kind != "end":
            raise self._tokens.error_here(f"`{self._tokens.peek().text}` is not expected here")
        return branch

    # ---- objects

    def _parse_fields(self, branch: Branch, path: tuple[str, ...], close: str) -> None:
        """Everything up to `close`, which is nothing at the end of a file without braces."""
        while True:
            self._tokens.skip_space()
            if close and self._tokens.accept(close):
                return
            if self._tokens.peek().kind == "end":
                if close:
                    raise self._tokens.error_here(f"a `{close}` is missing at the end")
                return
            self._parse_field(branch, path)
            self._parse_separator(close)

    def _parse_separator(self, close: str) -> None:
        """What is between two fields or items: a comma, a line end, or both."""
        newline = self._tokens.skip_space()
        token = self._tokens.peek()
        if self._tokens.accept(","):
            self._tokens.skip_space()
            if self._tokens.peek().text == "," and self._tokens.peek().kind == "mark":
                raise self._tokens.error_here("two commas with nothing between them")
        elif not newline and token.kind != "end" and token.text != close:
            if token.text == ":":
                raise self._tokens.error_here('a text with `:` stands in quotes: `"s3a://bucket"`')
            raise self._tokens.error_here(f"a comma or a line end is missing before `{token.text}`")

    def _parse_field(self, branch: Branch, path: tuple[str, ...]) -> None:
        first = self._tokens.peek()
        if first.kind == "bare" and first.text == "include":
            self._parse_include(branch, path)
            return
        keys, key_spans = self._parse_keys()
        self._tokens.skip_space()
        token = self._tokens.peek()
        appends = token.kind == "append"
        if appends or (token.kind == "mark" and token.text in ":="):
            self._tokens.advance()
        elif not (token.kind == "mark" and token.text == "{"):
            raise self._tokens.error_here("a `=` or `:` is missing after the key")
        self._tokens.skip_space()
        if appends and self._lists:
            # Lightbend's library refuses it too: nothing outside the list could be meant.
            raise configuration_error(
                self._tokens.span(token, token), "`+=` does not work inside a list"
            )
        self._lists += appends
        value = self._parse_value((*path, *keys), is_alone=not (appends or token.text in ":="))
        self._lists -= appends
        if appends:
            previous = Reference(value.span, (*path, *keys), optional=True)
            value = Concatenation(value.span, (previous, ListNode(value.span, (value,))))
        for key, span in zip(keys[:-1], key_spans, strict=False):
            branch = branch.ensure_branch(key, span)
        branch.add(keys[-1], (value,), key_spans[-1])
        self._record_names((*path, *keys), key_spans)
        if isinstance(value, Leaf):
            self.texts.append(((*path, *keys), value.text, value.span))

    def _record_names(self, keys: tuple[str, ...], spans: list[Span]) -> None:
        """Keep where the last parts of a path stand."""
        parent_count = len(keys) - len(spans)
        for count, span in enumerate(spans, start=parent_count + 1):
            self.names.append((keys[:count], span))

    def _parse_keys(self) -> tuple[tuple[str, ...], list[Span]]:
        """The path before a `=`, and where each part stands; a dot in quotes separates nothing."""
        start = self._tokens.peek()
        pieces = []
        while self._tokens.peek().kind in _SIMPLE or self._tokens.peek().kind == "space":
            refuse_plus(self._tokens.peek(), self._tokens.path)
            pieces.append(self._tokens.advance())
        keys = parse_path(pieces)
        if not keys or ("" in keys and not has_quotes(pieces)):
            message = "a part of this key is empty" if pieces else "a key is expected here"
            raise configuration_error(
                self._tokens.span(start, pieces[-1] if pieces else start), message
            )
        return keys, [Span(self._tokens.path, *part_range) for part_range in part_ranges(pieces)]

    def _parse_include(self, branch: Branch, path: tuple[str, ...]) -> None:
        keyword = self._tokens.advance()
        self._tokens.skip_space(newlines=False)
        include_form = ""
        while self._tokens.peek().kind == "bare" and self._tokens.peek().text not in ("=", ":"):
            include_form += self._tokens.advance().text
            self._tokens.skip_space(newlines=False)
        token = self._tokens.peek()
        if token.kind != "text" or include_form not in _INCLUDES:
            message = "`include` is followed by a file's name in quotes"
            if include_form.split("(")[0] in ("url", "classpath", "package"):
                message = "files alone can be included"
            raise configuration_error(self._tokens.span(keyword, token), message, codes.BAD_INCLUDE)
        self._tokens.advance()
        self._tokens.skip_space(newlines=False)
        closing = include_form.count("(")
        last = token
        if closing:
            last = self._tokens.advance()
            if last.kind != "bare" or last.text != ")" * closing:
                raise configuration_error(
                    self._tokens.span(keyword, last), "a `)` is missing behind this include"
                )
        span = self._tokens.span(keyword, last)
        included_branch = self._include(
            token.value, span, include_form.startswith("required"), path
        )
        if included_branch is not None and self._lists and has_references(included_branch):
            # Their paths begin at a list, whose items have no names.
            message = "a file with references cannot be included inside a list"
            raise configuration_error(span, message, codes.BAD_INCLUDE)
        if included_branch is not None:
            branch.merge(included_branch)

    # ---- values

    def _parse_value(self, path: tuple[str, ...], *, is_alone: bool = False) -> Node:
        """The pieces up to the end of the line, a comma or a closing bracket, as one node.

        `is_alone` after a key without `=`: an object that nothing is joined to.
        """
        pieces: list[Node] = []
        space: Token | None = None
        while True:
            token = self._tokens.peek()
            if token.kind == "space":
                space = self._tokens.advance()
                continue
            piece = self._parse_piece(path)
            if piece is None:
                break
            if pieces and space is not None:
                pieces.append(Leaf(self._tokens.span(space, space), space.text, space.text, True))
            pieces.append(piece)
            space = None
            if is_alone:
                break
        if not pieces:
            raise self._tokens.error_here("a value is expected here")
        if len(pieces) == 1:
            return pieces[0]
        span = Span(self._tokens.path, pieces[0].span.start, pieces[-1].span.end)
        return Concatenation(span, tuple(pieces))

    def _parse_piece(self, path: tuple[str, ...]) -> Node | None:
        token = self._tokens.peek()
        if token.kind in _SIMPLE:
            self._tokens.advance()
            value = (
                token.value
                if token.kind in ("text", "lines")
                else parse_plain(token, self._tokens.path)
            )
            return Leaf(self._tokens.span(token, token), value, token.value)
        if token.kind == "reference":
            return self._parse_reference(path)
        if token.kind != "mark" or token.text not in "{[":
            return None
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._tokens.error_here(f"nested more than {MAX_DEPTH} levels deep")
        self._tokens.advance()
        node: Branch | ListNode
        if token.text == "{":
            node = Branch(self._tokens.span(token, token))
            self._parse_fields(node, path, "}")
        else:
            node = ListNode(self._tokens.span(token, token), tuple(self._parse_items(path)))
        self._depth -= 1
        return replace(node, span=self._tokens.span(token, self._tokens.last))

    def _parse_items(self, path: tuple[str, ...]) -> list[Node]:
        items: list[Node] = []
        self._lists += 1
        while True:
            self._tokens.skip_space()
            if self._tokens.accept("]"):
                self._lists -= 1
                return items
            if self._tokens.peek().kind == "end":
                raise self._tokens.error_here("a `]` is missing at the end")
            items.append(self._parse_value(path))
            self._parse_separator("]")

    def _parse_reference(self, place: tuple[str, ...]) -> Reference:
        start = self._tokens.advance()
        pieces = []
        while self._tokens.peek().kind in _SIMPLE or self._tokens.peek().kind == "space":
            pieces.append(self._tokens.advance())
        end = self._tokens.peek()
        if not self._tokens.accept("}"):
            raise self._tokens.error_here("a `}` is missing behind this name")
        span = self._tokens.span(start, end)
        keys = parse_path(pieces)
        if not keys or ("" in keys and not has_quotes(pieces)):
            raise configuration_error(span, "a part of this name is empty")
        self._record_names(keys, [Span(self._tokens.path, *place) for place in part_ranges(pieces)])
        is_optional = start.text.endswith("?")
        return Reference(span, keys, is_optional, self._prefix, place, self._lists > 0)


_INCLUDES = ("", "required(", "file(", "required(file(")
