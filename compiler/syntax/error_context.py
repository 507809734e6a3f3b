"""The place where the parser stumbled, as those see it who put it into words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
import re

from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.engine import Engine, UnexpectedTokenError

# Where text is to be replaced in a piece: the offset, the length, and what comes there.
Replacement = tuple[int, int, str]
# Repairs are tried on pieces up to this length: each try reads the piece again.
_MAXIMUM_REPAIRED = 4_000
_WORD = lazy_pattern(r"[^\W\d]\w*")
_MAXIMUM_SHOWN = 60


@dataclass(frozen=True)
class SyntaxErrorContext:
    """A `piece` of the file called `path`, from `begin` on, which is no `start` of the grammar.

    `before` is what is in the file before the piece.
    """

    path: str
    start: str
    begin: int
    piece: str
    error: UnexpectedTokenError
    before: str = ""

    @property
    def offset(self) -> int:
        """The offset in the piece at which it cannot go on."""
        return self.error.offset

    @property
    def is_at_end(self) -> bool:
        """Whether the piece ends too early."""
        return self.error.is_at_end()

    @cached_property
    def expected(self) -> frozenset[str]:
        """The terminals with which the piece could go on."""
        return self.error.expected()

    @cached_property
    def text(self) -> str:
        """What is there instead, up to the end of its line; empty at the end."""
        if self.error.lexeme is not None:
            return re.split(r"[\r\n]", self.error.lexeme, maxsplit=1)[0][:_MAXIMUM_SHOWN]
        return self.word or self.piece[self.offset : self.offset + 1]

    @cached_property
    def word(self) -> str:
        """The word that stands there, if one does."""
        match = _WORD.match(self.piece, self.offset)
        return match.group()[:_MAXIMUM_SHOWN] if match else ""

    @property
    def previous_end(self) -> int:
        """The offset in the piece at which the last word or sign ends that was understood."""
        previous = self.error.previous
        return previous.start_pos + len(previous) if previous else 0

    @cached_property
    def is_first_on_line(self) -> bool:
        """Whether a line begins there, white space aside."""
        between = self.piece[self.previous_end : self.offset]
        return self.error.previous is None or "\n" in between or "\r" in between

    @property
    def is_declaration_start(self) -> bool:
        """Whether a declaration must begin there."""
        return self.is_first_on_line and {"PIPELINE", "SINK"} <= self.expected

    def span(self, at: int, length: int) -> Span:
        """A place in the file, by its offset in the piece."""
        return Span(self.path, self.begin + at, self.begin + at + length)

    def is_fixed_by(self, *replacements: Replacement) -> bool:
        """Whether the piece is whole after these, which do not overlap."""
        if len(self.piece) > _MAXIMUM_REPAIRED:
            return False
        text = self.piece
        for at, length, replacement in sorted(replacements, reverse=True):
            text = f"{text[:at]}{replacement}{text[at + length :]}"
        return Engine(self.error.tables, text, self.path, 0).accepts(self.start)

    def diagnose(
        self,
        code: Code,
        message: str,
        *help_: str,
        offset: int | None = None,
        length: int = 0,
        fix: Replacement | tuple[()] = (),
        fixes: tuple[Replacement, ...] = (),
    ) -> Diagnostic:
        """A diagnostic at the trouble, or `offset` another offset of the piece.

        `fix` is its one replacement, `fixes` are several that belong together.
        """
        label = Label(self.span(self.offset if offset is None else offset, length))
        replacements = (*fixes, fix) if fix else fixes
        edits = tuple(
            Edit(self.span(offset, length_), text) for offset, length_, text in replacements
        )
        return Diagnostic(code, message, label, (), tuple(help_), edits)
