"""Secrets as the values of options: where an option takes one it takes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.settings import SecretName
from ssbt.compiler.connectors.values import (
    Boolean,
    Condition,
    Duration,
    Every,
    ListOf,
    MapOf,
    Nested,
    Number,
    OptionEntry,
    OptionValue,
    ParamUse,
    Size,
    StarExcept,
    Text,
    Word,
)
from ssbt.compiler.connectors.wording import describe_value
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.secrets import SECRET_FLOWS, SECRET_NEEDED
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ssbt.compiler.connectors.parameters import ConversionTarget
    from ssbt.compiler.connectors.specification import Option
    from ssbt.compiler.source import Span


def convert_secret(
    option: Option, value: OptionValue, target: ConversionTarget
) -> Generator[Diagnostic, None, SecretName | None]:
    """The secret that is named as the value of an option for secrets."""
    if isinstance(value, Word):
        return SecretName(target.find_secret(value.text) or value.text, value.span)
    param = value.sole_param if isinstance(value, Text) else None
    secret_name = target.find_secret(param.name) if param is not None else None
    help_ = f"write `{option.name} = {secret_name or 'NAME'}`, without quotes"
    yield Diagnostic(
        SECRET_NEEDED,
        f"`{option.name}` takes a secret, not {_describe_value(value)}",
        Label(value.span),
        help=(help_ if secret_name else f"declare `secret NAME` and {help_}",),
        fix=(Edit(value.span, secret_name),) if secret_name else (),
    )
    return None


def find_credentials(value: OptionValue, target: ConversionTarget) -> Iterator[Diagnostic]:
    """A finding for each text in a value that has a credential in it, such as an address.

    Where that is a secret of the pipeline's, it is reported that it would be shown.
    """
    match value:
        case Text(parts):
            param_names = (part.name for part in parts if isinstance(part, ParamUse))
            if has_credential(value.display_text) and not any(
                target.find_secret(name) for name in param_names
            ):
                yield credential_in_text(value.span)
        case ListOf(items):
            for item in items:
                yield from find_credentials(item, target)
        case MapOf(entries):
            for each in entries:
                yield from find_credentials(each.value, target)
        case Nested(entries=options):
            for option in options:
                yield from find_credentials(option.value, target)
        case Number() | Boolean() | Duration() | Size() | Word() | Every():
            pass
        case Condition() | StarExcept():
            pass


def find_written_secret(
    option: Option | None, entry: OptionEntry, target: ConversionTarget
) -> Iterator[Diagnostic]:
    """A credential in an entry that is refused for another reason, such as a second `password`."""
    value = entry.value
    if isinstance(value, Word):
        is_written = target.find_secret(value.text) is None
    else:
        is_written = isinstance(value, Text | Number) and not _is_parameter(value)
    text = value.display_text if isinstance(value, Text) else "x"
    if is_written and (option.secret if option is not None else is_credential(entry.name, text)):
        yield unprotected_credential(entry.name, value.span)


def _is_parameter(value: OptionValue) -> bool:
    return isinstance(value, Text) and value.sole_param is not None


def credential_in_text(span: Span) -> Diagnostic:
    """The finding about a text that has a credential in it."""
    help_ = "leave it out of the text, and give it as an option or a setting that takes a secret"
    return Diagnostic(
        SECRET_NEEDED, "there is a credential in this text", Label(span), help=(help_,)
    )


def unprotected_credential(name: str, span: Span) -> Diagnostic:
    """The finding that a setting for a credential is not given a secret."""
    return Diagnostic(
        SECRET_NEEDED,
        f"`{name}` takes a secret: credentials are not written down",
        Label(span),
        help=(f"declare `secret NAME` and write `{quoted_name(name)} = NAME`, without quotes",),
    )


def credential_parameter(name: str, span: Span) -> Diagnostic:
    """The finding that a parameter which holds a credential has its value written down."""
    return Diagnostic(
        SECRET_NEEDED,
        f"`{name}` holds a credential by its name, and its value is written down",
        Label(span),
        help=(
            f"declare `secret {name}` and write `{name}`, without quotes, where an option takes it",
            "a parameter that holds none gets another name",
        ),
    )


def credential_in_expression(span: Span) -> Diagnostic:
    """The finding about a credential in an expression."""
    help_ = "read it from a table that only the job may read, or use it in a function of Python's"
    return Diagnostic(
        SECRET_NEEDED, "there is a credential in this text", Label(span), help=(help_,)
    )


def written_key(function: str, span: Span) -> Diagnostic:
    """The finding that the key of a cipher is written down."""
    help_ = "read the key from a table that only the job may read, and join it"
    return Diagnostic(
        SECRET_NEEDED,
        f"the key of `{function}` is written down, and Spark shows it in plans and logs",
        Label(span),
        help=(help_,),
    )


def quoted_name(name: str) -> str:
    """The name of a setting as it is written in a block."""
    return name if name.replace("_", "a").isalnum() else f'"{name}"'


def _describe_value(value: OptionValue) -> str:
    return "a number" if isinstance(value, Number) else describe_value(value)


def is_secret_name(value: OptionValue, target: ConversionTarget) -> bool:
    """Whether a word that means nothing else in its place is the name of a secret."""
    return isinstance(value, Word) and target.find_secret(value.text) is not None


def secret_flow(name: str, context: str, span: Span) -> Diagnostic:
    """The finding that a secret would be seen in `where`."""
    return Diagnostic(
        SECRET_FLOWS,
        f"`{name}` is a secret, and {context} would show it",
        Label(span),
        help=("a secret goes into options that are marked secret, as `option = NAME`",),
    )
