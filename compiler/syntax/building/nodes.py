"""What all rules need: places, findings, the depth of nodes."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span
from ssbt.compiler.syntax import strings
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.lexer import Lexeme

Children = list[Any]

N = TypeVar("N", bound=Node)

# Spark's parser gives up between 200 and 300 calls inside each other (measured on 4.1.1). It takes
# chains of `and` and `or` by the thousand; of the other operators it takes 500, and no longer 800.
# Of `!=`, which it turns into `not (… = …)`, it takes 300, and no longer 400.
MAXIMUM_DEPTH = 200
MAXIMUM_CHAIN = 400
_LINK_DEPTHS = {"and": 0.01, "or": 0.01, "!=": 1.0}


class NodeBuilder:
    """Builds from a piece of text, which stands at `offset` in the file called `path`; collects
    findings."""

    def __init__(self, path: str, offset: int, piece: str) -> None:
        self.path, self.offset, self.piece = path, offset, piece
        self.findings: list[Diagnostic] = []
        self.depths: dict[int, tuple[float, object]] = {}
        self.string_tokens: list[Lexeme] = []

    def token_span(self, literal: Lexeme) -> Span:
        start = (literal.start_pos or 0) + self.offset
        return Span(self.path, start, start + len(literal))

    def report(
        self, code: Code, span: Span, message: str, *help_: str, fix: Edit | None = None
    ) -> None:
        edits = () if fix is None else (fix,)
        self.findings.append(Diagnostic(code, message, Label(span), (), tuple(help_), edits))

    def limit_depth(self, node: N, *children: object) -> N:
        """The node, unless it is nested too deeply: then a broken one in its place."""
        step = 1.0
        if isinstance(node, e.Binary):
            step = _LINK_DEPTHS.get(node.operator, MAXIMUM_DEPTH / MAXIMUM_CHAIN)
        if self.record_depth(node, step, *children):
            return node
        # Behind the finding every rule takes one in the place of any node.
        return cast(N, e.BrokenExpression(node.span))

    def record_depth(self, node: Node, step: float, *children: object) -> bool:
        """Whether a node, so much deeper than its children, is not nested too deeply."""
        child_depths = [self.depths[id(c)][0] for c in children if id(c) in self.depths]
        depth = step + max(child_depths, default=0.0)
        if depth <= MAXIMUM_DEPTH:
            # The node is kept beside its depth so that its id is not given to another.
            self.depths[id(node)] = (depth, node)
            return True
        span = node.span
        if not any(f.code is codes.NESTED_TOO_DEEPLY for f in self.findings):
            start = Span(span.path, span.start, min(span.end, span.start + 1))
            self.report(codes.NESTED_TOO_DEEPLY, start, *_describe_excess(node))
        return False

    def unescape(self, body: str, base: int) -> str:
        """What the body of a literal means; `base` is its offset in the file."""
        try:
            return strings.unescape(body)
        except strings.BadEscapeError as error:
            start = base + error.offset
            span = Span(self.path, start, start + len(error.text))
            self.report(literals.BAD_ESCAPE, span, f"`{error.text}` is no character")
            return body

    def report_idle_escapes(self, code: Code, body: str, literal: Span, quotes: int) -> None:
        """Report the escapes that mean nothing."""
        for offset, text in strings.find_idle_escapes(body):
            start = literal.start + quotes + offset
            span = Span(self.path, start, start + len(text))
            message = f"`{text}` means `{text[1:]}` here: the backslash is lost"
            help_ = f"write `\\{text}`, or a raw string `r'…'` in an expression"
            self.report(code, span, message, help_)

    def parse_whole_number(self, literal: Lexeme) -> int:
        """The value of a whole number; 0, with a finding, for any other."""
        if literal.isdecimal() and len(literal) < 20:
            return int(literal)
        self.report(
            literals.BAD_NUMBER, self.token_span(literal), f"`{literal}` is no whole number"
        )
        return 0


def _describe_excess(node: Node) -> tuple[str, str]:
    """What is too much of a node, and the way out."""
    length = 0
    link = node
    while isinstance(link, e.Binary):
        length += _LINK_DEPTHS.get(link.operator, 1) == 1
        link = link.left
    if length >= MAXIMUM_DEPTH:
        limit = (
            MAXIMUM_DEPTH if isinstance(node, e.Binary) and node.operator == "!=" else MAXIMUM_CHAIN
        )
        return (
            f"more than {limit} operators follow each other here, which Spark cannot parse",
            "put parts of the chain in parentheses, or give them names with `extend`",
        )
    message = f"this is nested more than {MAXIMUM_DEPTH} levels deep"
    return message, "give parts of it names with `extend` or `let`"


def children_of_type(children: Children, node_type: type[Any]) -> tuple[Any, ...]:
    """The children that are nodes of this kind."""
    return tuple(child for child in children if isinstance(child, node_type))


def find_token(children: Children, *types: str) -> Lexeme | None:
    """The first child that is a token of one of these types."""
    for child in children:
        if isinstance(child, Lexeme) and child.type in types:
            return child
    return None
