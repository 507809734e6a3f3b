"""What the parts of a configuration yield: values for people and for the runtime, and findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

_PLAIN = lazy_pattern(r"[\w-]+")


class Entry(Struct, frozen=True):
    """A value by its full name, as people see it, and where it was given, if it was."""

    name: str
    text: str
    origin: Span | None


class SectionResult(Struct):
    """A section: what the runtime is to know, and every value that holds, defaults included."""

    document: dict[str, Any] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


class FindingCollector(Struct):
    """The findings so far."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(
        self, code: Code, span: Span, message: str, *help_: str, fix: tuple[Edit, ...] = ()
    ) -> None:
        """Add one."""
        self.diagnostics.append(Diagnostic(code, message, Label(span), (), help_, fix))

    def add_bad_value(self, span: Span, message: str, *help_: str) -> None:
        """Add one about a value."""
        self.add(codes.BAD_VALUE, span, message, *help_)

    def add_unknown_key(
        self, span: Span, message: str, name: str, candidates: Iterable[str]
    ) -> None:
        """Add one about a name that there is not, with what may have been meant."""
        names = sorted(candidates)
        near = did_you_mean(name, names)
        if near:
            text = near if _PLAIN.fullmatch(near) else f'"{near}"'
            help_, fix = f"did you mean `{near}`?", (Edit(span, text),)
            self.add(codes.UNKNOWN_KEY, span, message, help_, fix=fix)
        elif names and len(names) <= 12:
            self.add(codes.UNKNOWN_KEY, span, message, f"there is {', '.join(names)}")
        else:
            self.add(codes.UNKNOWN_KEY, span, message)
