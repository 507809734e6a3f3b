"""A mistake in a user's file, as a value: what, where, and the way out."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.source import Span


class Severity(Enum):
    """How much a finding weighs: an error stops the compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Code(Struct, frozen=True):
    """A kind of mistake and its page, which `ssbtc explain` prints.

    `wrong` and `right` are whole `.ssbt` files: a test compiles both, and the first must give
    this code and the second nothing.
    """

    number: str
    title: str
    why: str
    wrong: str
    right: str
    severity: Severity = Severity.ERROR


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

    `help` holds ways out, one a line; `fix` is present only where exactly one edit is right.
    """

    code: Code
    message: str
    primary: Label
    secondary: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = ()

    @property
    def severity(self) -> Severity:
        """The severity of the code."""
        return self.code.severity
