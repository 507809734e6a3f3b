"""What goes wrong with HOCON, as an exception that carries the finding."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span


class ConfigurationError(Exception):
    """A finding that ends the reading of a configuration."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def configuration_error(
    span: Span,
    message: str,
    code: Code = codes.BAD_SYNTAX,
    *,
    also: tuple[Label, ...] = (),
    help: tuple[str, ...] = (),
    instead: str = "",
) -> ConfigurationError:
    """The exception for a finding at `span`; `instead` is what should stand there, if known."""
    fix = (Edit(span, instead),) if instead else ()
    return ConfigurationError(Diagnostic(code, message, Label(span), also, help, fix))
