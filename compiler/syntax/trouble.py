"""The place where the parser stumbled, as those see it who put it into words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
import re

from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.engine import Engine, StumbleError

# Where text is to be replaced in a piece: the offset, the length, and what comes there.
Replacement = tuple[int, int, str]
# Repairs are tried on pieces up to this length: each try reads the piece again.
_LONGEST_REPAIR = 4_000
_WORD = re.compile(r"[^\W\d]\w*")
_LONGEST = 60


@dataclass(frozen=True)
class Trouble:
    """A `piece` of the file called `path`, from `begin` on, which is no `start` of the grammar."""

    path: str
    start: str
    begin: int
    piece: str
    stumble: StumbleError

    @property
    def at(self) -> int:
        """The offset in the piece at which it cannot go on."""
        return self.stumble.offset

    @property
    def at_end(self) -> bool:
        """Whether the piece ends too early."""
        return self.stumble.is_at_end()

    @cached_property
    def expected(self) -> frozenset[str]:
        """The terminals with which the piece could go on."""
        return self.stumble.expected()

    @cached_property
    def text(self) -> str:
        """What stands there instead, up to the end of its line; empty at the end."""
        if self.stumble.lexeme is not None:
            return re.split(r"[\r\n]", self.stumble.lexeme, maxsplit=1)[0][:_LONGEST]
        return self.word or self.piece[self.at : self.at + 1]

    @cached_property
    def word(self) -> str:
        """The word that stands there, if one does."""
        match = _WORD.match(self.piece, self.at)
        return match.group()[:_LONGEST] if match else ""

    @property
    def behind(self) -> int:
        """The offset in the piece at which the last word or sign ends that was understood."""
        previous = self.stumble.previous
        return previous.start_pos + len(previous) if previous else 0

    @cached_property
    def begins_line(self) -> bool:
        """Whether a line begins there, white space aside."""
        between = self.piece[self.behind : self.at]
        return self.stumble.previous is None or "\n" in between or "\r" in between

    @property
    def begins_declaration(self) -> bool:
        """Whether a declaration must begin there."""
        return self.begins_line and {"PIPELINE", "SINK"} <= self.expected

    def span(self, at: int, length: int) -> Span:
        """A place in the file, by its offset in the piece."""
        return Span(self.path, self.begin + at, self.begin + at + length)

    def mends(self, *replacements: Replacement) -> bool:
        """Whether the piece is whole after these, which do not overlap."""
        if len(self.piece) > _LONGEST_REPAIR:
            return False
        text = self.piece
        for at, length, instead in sorted(replacements, reverse=True):
            text = f"{text[:at]}{instead}{text[at + length :]}"
        return Engine(self.stumble.tables, text, self.path, 0).accepts(self.start)

    def found(
        self,
        code: Code,
        message: str,
        *help_: str,
        at: int | None = None,
        length: int = 0,
        fix: Replacement | tuple[()] = (),
        fixes: tuple[Replacement, ...] = (),
    ) -> Diagnostic:
        """A diagnostic at the trouble, or `at` another offset of the piece.

        `fix` is its one replacement, `fixes` are several that belong together.
        """
        label = Label(self.span(self.at if at is None else at, length))
        replacements = (*fixes, fix) if fix else fixes
        edits = tuple(Edit(self.span(at, long), text) for at, long, text in replacements)
        return Diagnostic(code, message, label, (), tuple(help_), edits)
