"""A mistake in a user's file, as a value: what, where, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.source import Span


class Severity(Enum):
    """How much a finding weighs: an error stops the compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
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


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what is to be said at it."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
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
