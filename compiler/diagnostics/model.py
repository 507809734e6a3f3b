"""A mistake in a user's file, as a value: what, where, and the way out."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct
from msgspec.structs import force_setattr

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span


class Severity(Enum):
    """How much a finding weighs: an error stops the compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Code(Struct, frozen=True):
    """A kind of mistake and its page, which `ssbtc explain` prints.

    `wrong` and `right` are whole `.ssbt` files: a test compiles both, and the first must give
    this code and the second nothing. `way_out` is said by findings that know nothing more exact.
    """

    number: str
    title: str
    why: str
    wrong: str
    right: str
    severity: Severity = Severity.ERROR
    way_out: str = ""


class Label(Struct, frozen=True):
    """A place and what is to be said at it."""

    span: Span
    text: str = ""


class Edit(Struct, frozen=True):
    """Replace the text at `span` by `text`."""

    span: Span
    text: str


class Diagnostic(Struct, frozen=True):
    """One finding: `primary` is the mistake itself, `secondary` what it has to do with.

    `help` holds ways out, one a line, or that of the code; `fix` is present only where exactly one
    edit is right. Texts that quote megabytes of the file are shortened.
    """

    code: Code
    message: str
    primary: Label
    secondary: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        """Name the way out, and shorten what no terminal should get."""
        if self.code.way_out and not (self.help or self.fix):
            force_setattr(self, "help", (self.code.way_out,))
        if len(self.message) > _LONGEST_RUN:
            force_setattr(self, "message", shorten(self.message))
        if any(len(line) > _LONGEST_RUN for line in self.help):
            force_setattr(self, "help", tuple(map(shorten, self.help)))

    @property
    def severity(self) -> Severity:
        """The severity of the code."""
        return self.code.severity


_LONGEST_RUN, _LONGEST_TEXT = 300, 3_000
_RUN = lazy_pattern(rf"\S{{{_LONGEST_RUN},}}")


def shorten(text: str) -> str:
    """A message without the middle of very long words, nor its own middle if it is still long."""
    text = _RUN.sub(lambda run: _without_middle(run[0], _LONGEST_RUN), text)
    return text if len(text) <= _LONGEST_TEXT else _without_middle(text, _LONGEST_TEXT)


def _without_middle(text: str, length: int) -> str:
    return f"{text[: length * 2 // 3]}…{text[-length // 5 :]}"
