"""Names and literals."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span
from ssbt.compiler.syntax import strings
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name, StringPiece
from ssbt.compiler.syntax.building.nodes import Children, NodeBuilder
from ssbt.compiler.syntax.lexer import Lexeme

_UNITS = frozenset(
    (
        *("year", "month", "week", "day", "hour", "minute", "second"),
        *("millisecond", "microsecond"),
    )
)

_INTERVAL_VALUE = lazy_pattern(r"\s*(?:[-+]\s*)?(?:\d+(?:\.\d*)?|\.\d+)\s*")


class LiteralBuilder(NodeBuilder):
    """Builds names and literals."""

    def name(self, span: Span, children: Children) -> Name:
        text = str(children[0])
        if text.startswith("`"):
            text = text[1:-1].replace("``", "`")
        return Name(span, text)

    def column(self, span: Span, children: Children) -> e.ColumnName:
        return e.ColumnName(span, tuple(children))

    def parameter_use(self, span: Span, children: Children) -> e.ParameterUse:
        text = str(children[0])[2:-1].strip()
        if text.startswith("`"):
            text = text[1:-1].replace("``", "`")
        return e.ParameterUse(span, Name(span, text))

    def number(self, span: Span, children: Children) -> e.NumberLiteral:
        return e.NumberLiteral(span, str(children[0]))

    def string(self, span: Span, children: Children) -> str:
        literal = children[0]
        self.string_tokens.append(literal)
        if literal.type == "RAW_STRING":
            return str(literal)[2:-1]
        body = str(literal)[1:-1]
        self.report_idle_escapes(literals.IDLE_ESCAPE, body, self.token_span(literal), 1)
        body = strings.escape_doubled_quotes(body, literal[0])
        return self.unescape(body, literal.start_pos + 1 + self.offset)

    def sql_string(self, span: Span, children: Children) -> e.StringLiteral:
        value = "".join(children)
        match = strings.PARAMETER.search(value)
        if match and match.group() != "$${":
            self._report_parameter_in_text(span, value, match.group())
        is_raw = len(children) == 1 and self.piece[span.start - self.offset] in "rR"
        pieces = self._build_pieces(children) if len(children) > 1 else ()
        self.string_tokens.clear()
        return e.StringLiteral(span, value, is_raw, pieces)

    def _build_pieces(self, values: Children) -> tuple[StringPiece, ...]:
        """The neighbouring literals of these values, which are the last that were read."""
        pieces: list[StringPiece] = []
        for token, value in zip(self.string_tokens[-len(values) :], values, strict=True):
            span = self.token_span(token)
            end = pieces[-1].span.end if pieces else span.start
            gap = self.piece[end - self.offset : span.start - self.offset]
            starts_line = "\n" in gap or "\r" in gap
            pieces.append(StringPiece(span, value, token.type == "RAW_STRING", starts_line))
        return tuple(pieces)

    def _report_parameter_in_text(self, span: Span, value: str, name: str) -> None:
        """A parameter inside quotes: drop them where it is all that is in them."""
        message = f"`{name}` inside a string of an expression is plain text"
        code, fix = literals.PARAMETER_IN_EXPRESSION_STRING, None
        if value == name:
            help_, fix = f"leave out the quotes: `{name}`", Edit(span, name)
        else:
            prefix, _, suffix = value.partition(name)
            quoted_parts = [f"'{part}'" for part in (prefix, suffix)] if value.isprintable() else []
            if any(sign in value for sign in "\\'") or strings.PARAMETER.search(suffix):
                quoted_parts = []
            first, last = quoted_parts or ("'…'", "'…'")
            pieces = [piece for piece in (first, name, last) if piece != "''"]
            help_ = f"join the pieces: `concat({', '.join(pieces)})`"
        self.report(code, span, message, help_, fix=fix)

    def null(self, span: Span, children: Children) -> e.NullLiteral:
        return e.NullLiteral(span)

    def true(self, span: Span, children: Children) -> e.BooleanLiteral:
        return e.BooleanLiteral(span, True)

    def false(self, span: Span, children: Children) -> e.BooleanLiteral:
        return e.BooleanLiteral(span, False)

    def hex(self, span: Span, children: Children) -> e.TypedLiteral:
        digits = str(children[0])[1:].strip()[1:-1]
        if any(c not in "0123456789abcdefABCDEF" for c in digits):
            self.report(literals.BAD_TIME_LITERAL, span, f"`{digits}` is not hexadecimal")
            digits = ""
        return e.TypedLiteral(span, "x", digits.upper())

    def typed_literal(self, span: Span, children: Children) -> e.TypedLiteral:
        return e.TypedLiteral(span, str(children[0]).lower(), children[1])

    def interval(self, span: Span, children: Children) -> e.IntervalLiteral:
        return e.IntervalLiteral(span, tuple(children[1:]))

    def interval_part(self, span: Span, children: Children) -> tuple[e.Expression, str]:
        sign, value, unit = children
        literal_type = e.NumberLiteral if isinstance(value, Lexeme) else e.StringLiteral
        if not _INTERVAL_VALUE.fullmatch(value):
            message = f"`{value}` is no number of {unit.text}"
            self.report(literals.BAD_TIME_LITERAL, span, message)
        elif "." in value and unit.text.lower().removesuffix("s") != "second":
            message = f"only seconds have a fraction, not {unit.text}"
            self.report(literals.BAD_TIME_LITERAL, span, message)
        return literal_type(span, _apply_sign(sign, value)), self._parse_unit(unit)

    def interval_string(self, _: Span, children: Children) -> str:
        """Neighbours are one text, as in Spark: `interval '1' '2' day` are 12 days."""
        return "".join(children)

    def interval_text(self, span: Span, children: Children) -> e.TypedLiteral:
        return e.TypedLiteral(span, "interval", children[1])

    def interval_range(self, span: Span, children: Children) -> e.TypedLiteral:
        _, sign, value, first, _, last = children
        units = (self._parse_unit(first), self._parse_unit(last))
        return e.TypedLiteral(span, "interval", _apply_sign(sign, value), units)

    def _parse_unit(self, name: Name) -> str:
        unit = name.text.lower()
        if unit.removesuffix("s") not in _UNITS:
            unit_names = ", ".join(sorted(_UNITS))
            message = f"`{name.text}` is no unit of time"
            self.report(
                literals.BAD_TIME_LITERAL, name.span, message, f"the units are {unit_names}"
            )
        return unit


def _apply_sign(sign: str | None, value: str) -> str:
    """The value of an interval with the sign that stands before it."""
    if sign != "-":
        return value
    return value[1:] if value.startswith("-") else f"-{value.removeprefix('+')}"
