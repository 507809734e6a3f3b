"""Blocks: entries and their values."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.source import Span
from ssbt.compiler.syntax import strings
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.building.expressions import ExpressionBuilder
from ssbt.compiler.syntax.building.nodes import Children, children_of_type
from ssbt.compiler.syntax.lexer import Lexeme


class BlockBuilder(ExpressionBuilder):
    """Builds blocks."""

    def block(self, span: Span, children: Children) -> v.BlockValue:
        entries = self.require_separators(children_of_type(children, v.Entry))
        return self._record_block_depth(v.BlockValue(span, None, entries))

    def _record_block_depth(self, node: v.BlockValue) -> v.BlockValue:
        """The block, as deep as the deepest of its entries, which had room."""
        self.record_depth(node, 0, *node.entries)
        return node

    def require_separators(self, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        """The entries of a block, each on a line of its own or after a comma."""
        for entry, next_entry in pairwise(entries):
            gap = self.piece[entry.span.end - self.offset : next_entry.span.start - self.offset]
            if not any(char in gap for char in "\r\n,"):
                name_span = Span(self.path, next_entry.name.span.start, next_entry.name.span.end)
                message = "entries on one line take a comma between them"
                comma = Edit(Span(self.path, entry.span.end, entry.span.end), ",")
                help_ = ("add a comma, or begin a new line",)
                label = Label(name_span)
                self.findings.append(
                    Diagnostic(codes.MISSING_SEPARATOR, message, label, (), help_, (comma,))
                )
        return entries

    def entry(self, span: Span, children: Children) -> v.Entry:
        (name, quoted), value = children
        node = v.Entry(span, name, value, quoted)
        if self.record_depth(node, 1, value):
            return node
        return v.Entry(span, name, v.BrokenValue(span), quoted)

    entry_block = entry

    def entry_condition(self, span: Span, children: Children) -> v.Entry:
        literal, condition = children
        name = Name(self.token_span(literal), str(literal))
        value = v.ConditionValue(condition.span, condition)
        return self.entry(span, [(name, False), self.limit_depth(value, condition)])

    def entry_name(self, span: Span, children: Children) -> tuple[Name, bool]:
        return Name(span, ".".join(name.text for name in children)), False

    def entry_name_quoted(self, span: Span, children: Children) -> tuple[Name, bool]:
        parts = self._parse_parts(children[0], str(children[0])[1:-1])
        if any(not isinstance(part, str) for part in parts):
            self.report(codes.UNEXPECTED_TOKEN, span, "a name cannot hold a parameter")
        return Name(span, "".join(p for p in parts if isinstance(p, str))), True

    def text(self, span: Span, children: Children) -> v.TextValue:
        parts = self._parse_parts(children[0], str(children[0])[1:-1])
        return v.TextValue(span, parts)

    def text_lines(self, span: Span, children: Children) -> v.TextValue:
        parts = self._parse_parts(children[0], str(children[0])[3:-3], quotes=3)
        return v.TextValue(span, parts, multiline=True)

    def _parse_parts(
        self, literal: Lexeme, body: str, quotes: int = 1
    ) -> tuple[str | e.ParameterUse, ...]:
        """The pieces of a block's string: text, and the parameters in it."""
        if quotes == 1:
            body = strings.escape_doubled_quotes(body, '"')
        literal_span = self.token_span(literal)
        self.report_idle_escapes(literals.BAD_ESCAPE, body, literal_span, quotes)
        base = literal_span.start + quotes
        parts: list[str | e.ParameterUse] = []
        text, last = "", 0
        for match in strings.PARAMETER.finditer(body):
            text += self.unescape(_normalize_line_ends(body[last : match.start()]), base + last)
            last = match.end()
            if match.group() == "$${":
                text += "${"
                continue
            span = Span(self.path, base + match.start(), base + match.end())
            if text:
                parts.append(text)
            name = match.group(1) or match.group(2).replace("``", "`")
            parts.append(e.ParameterUse(span, Name(span, name)))
            text = ""
        text += self.unescape(_normalize_line_ends(body[last:]), base + last)
        if text or not parts:
            parts.append(text)
        return tuple(parts)

    def value_number(self, span: Span, children: Children) -> v.NumberValue:
        return v.NumberValue(span, "".join(children))

    def value_true(self, span: Span, children: Children) -> v.BooleanValue:
        return v.BooleanValue(span, True)

    def value_false(self, span: Span, children: Children) -> v.BooleanValue:
        return v.BooleanValue(span, False)

    def quantity(self, span: Span, children: Children) -> v.QuantityValue:
        text = str(children[0])
        amount = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return v.QuantityValue(span, amount.strip(), text[len(amount) :].lower())

    def value_every(self, span: Span, children: Children) -> v.EveryValue:
        return v.EveryValue(span, " ".join(str(children[0]).lower().split()), children[1])

    def value_phrase(self, span: Span, children: Children) -> v.WordValue:
        return v.WordValue(span, " ".join(str(children[0]).lower().split()))

    def value_word(self, span: Span, children: Children) -> v.WordValue:
        return v.WordValue(span, children[0].text)

    def value_star(self, span: Span, children: Children) -> e.Star:
        return self.star(span, children)

    def value_list(self, span: Span, children: Children) -> v.ListValue:
        items = tuple(child for child in children if child is not None)
        return self.limit_depth(v.ListValue(span, items), *items)

    def value_block(self, span: Span, children: Children) -> v.BlockValue:
        block: v.BlockValue = children[0]
        return block

    def value_kind(self, span: Span, children: Children) -> v.BlockValue:
        kind, block = children
        return self._record_block_depth(v.BlockValue(span, kind, block.entries))


def _normalize_line_ends(text: str) -> str:
    """The text with each line end as a line feed: a file means the same however it is saved."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
