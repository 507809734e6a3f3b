"""What each word of a file is: a column, a dataset, a function, a keyword, …"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.ast.types import TypeField, TypeName
from ssbt.compiler.syntax.tokens import Token, tokenize
from ssbt.compiler.syntax.vocabulary import BETWEEN_OPERANDS
from ssbt.grammar.words import DECLARATIONS, STEPS

# The order is that of the numbers that the editor gets.
TYPES = (
    *("keyword", "comment", "string", "number", "type", "function", "variable", "property"),
    *("class", "struct", "parameter", "namespace", "enumMember", "decorator", "event"),
)
MODIFIERS = ("declaration", "readonly", "defaultLibrary")

# Kinds of the symbol index and what editors colour them as; columns are variables, datasets and
# what stands for them classes, and options are properties.
_TYPE_OF_KIND = {
    "column": "variable",
    "dataset": "class",
    "alias": "class",
    "transform": "function",
    "schema": "struct",
    **dict.fromkeys(("param", "secret", "lambda"), "parameter"),
    "pipeline": "namespace",
    "connection": "class",
    "sink": "event",
}
_READ_ONLY = frozenset(("param", "secret"))
_TYPE_OF_TOKEN = {"comment": "comment", "string": "string", "number": "number"}
_KEYWORDS = frozenset(
    word for phrase in (*STEPS, *DECLARATIONS, *BETWEEN_OPERANDS) for word in phrase.split()
)
_WORDS_OF_TYPES = frozenset(("not", "null", "comment", "collate", "to"))
_LINE = lazy_pattern(r"[^\r\n]+")
_BROKEN = (d.BrokenDeclaration, s.BrokenStep, e.BrokenExpression, v.BrokenValue)


@dataclass(frozen=True, slots=True)
class SemanticToken:
    """A stretch of one line."""

    start: int
    end: int
    type: str
    modifiers: tuple[str, ...] = ()


def semantic_tokens(
    analysis: Analysis, path: str, start: int = 0, end: int | None = None
) -> Iterator[SemanticToken]:
    """The tokens of the file at `path` between two offsets, in order, none over another."""
    source = analysis.sources.get(path)
    if source is None:
        return
    stop = len(source.text) if end is None else end
    classifier = _Classifier(analysis, source)
    for token in classifier.tokens():
        if token.end > start and token.start < stop:
            yield from _split_lines(source, token)


def _split_lines(source: Source, token: SemanticToken) -> Iterator[SemanticToken]:
    """The parts of a token on each of its lines: most editors take no others."""
    for match in _LINE.finditer(source.text, token.start, token.end):
        yield SemanticToken(match.start(), match.end(), token.type, token.modifiers)


class _Classifier:
    """One file: names by where they begin, and the places where a word need be no keyword."""

    def __init__(self, analysis: Analysis, source: Source) -> None:
        self._source = source
        self._names: dict[int, SemanticToken] = {}
        self._types: list[Span] = []
        self._broken: list[Span] = []
        for node in analysis.declarations:
            if node.span.path == source.path:
                self._add_declaration(node)
        for name in symbol_index(analysis).all:
            if name.span.path == source.path and name.kind in _TYPE_OF_KIND:
                declaration = ["declaration"] if name.defines else []
                read_only = ["readonly"] if name.kind in _READ_ONLY else []
                self._add_name(name.span, _TYPE_OF_KIND[name.kind], *declaration, *read_only)
        self._types.sort()
        self._broken.sort()

    def tokens(self) -> Iterator[SemanticToken]:
        """Every token; strings are cut where a name stands in them."""
        begin = encoding.body_bounds(self._source)[0]
        names = sorted(self._names)
        index = position = 0
        for token in tokenize(self._source.text[begin:]):
            # A name such as `available now` goes over several.
            start, end = max(token.start + begin, position), token.end + begin
            while index < len(names) and names[index] < start:
                index += 1
            position = start
            while index < len(names) and names[index] < end:
                name = self._names[names[index]]
                index += 1
                if name.start < position:
                    continue
                yield from self._plain_tokens(token, position, name.start)
                yield name
                position = name.end
            yield from self._plain_tokens(token, position, end)

    def _plain_tokens(self, token: Token, start: int, end: int) -> Iterator[SemanticToken]:
        """What a token is where no name is known."""
        if start >= end:
            return
        type_name = _TYPE_OF_TOKEN.get(token.kind, "")
        if token.kind == "word":
            word = self._source.text[start:end].lower()
            if _is_within(self._types, start) and word not in _WORDS_OF_TYPES:
                type_name = "type"
            elif word in _KEYWORDS or not _is_within(self._broken, start):
                type_name = "keyword"
        if type_name:
            yield SemanticToken(start, end, type_name)

    def _add_name(self, span: Span, kind: str, *modifiers: str) -> None:
        if span.start < span.end:
            self._names[span.start] = SemanticToken(span.start, span.end, kind, modifiers)

    def _add_declaration(self, root: d.Declaration) -> None:
        """The names that a declaration holds; the symbol index goes over those that it knows."""
        # The name of `${minimum}` has the place of all of it; the index knows the word inside.
        covered: set[Span] = set()
        for node in nodes(root):
            match node:
                case e.ParameterUse(name=name):
                    covered.add(name.span)
                case Name() if node.span not in covered:
                    self._names.setdefault(
                        node.span.start, SemanticToken(node.span.start, node.span.end, "variable")
                    )
                case TypeName():
                    self._types.append(node.span)
                case v.WordValue():
                    self._add_name(node.span, "enumMember")
                case _ if isinstance(node, _BROKEN):
                    self._broken.append(node.span)
                case _:
                    for name, kind, modifiers in _node_names(node):
                        self._add_name(name.span, kind, *modifiers)


def _node_names(node: Node) -> Iterator[tuple[Name, str, tuple[str, ...]]]:
    """The names that a node holds itself, of which the node says what they are."""
    match node:
        case e.Call(name=name):
            yield name, "function", ("defaultLibrary",)
        case e.ColumnName(parts=(_, *fields)):
            yield from ((field, "property", ()) for field in fields)
        case e.Field(name=name) | e.VariantPath(name=name) | TypeField(name=name):
            yield name, "property", ()
        case v.Entry(name=name, quoted=quoted):
            yield name, "string" if quoted else "property", ()
        case d.SourceRead(connector=name) | d.SinkWrite(connector=name) | d.Connection(kind=name):
            yield name, "namespace", ()
        case v.BlockValue(kind=Name() as name):
            yield name, "enumMember", ()
        case d.SchemaColumn(tags=tags):
            yield from ((tag, "decorator", ()) for tag in tags)
        case d.ExpectRule(name=name, action=action):
            yield name, "property", ("declaration",)
            yield action, "enumMember", ()
        case _:
            pass


def _is_within(spans: list[Span], offset: int) -> bool:
    return any(each.start <= offset < each.end for each in spans)
