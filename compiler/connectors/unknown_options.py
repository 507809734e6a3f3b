"""Options that a connector does not have, or not where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.specification import Connector, Mode, Option, Role
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.connectors import MISPLACED_OPTION, UNKNOWN_OPTION
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ssbt.compiler.connectors.connector_use import ConnectorUse
    from ssbt.compiler.connectors.values import OptionEntry

RAW_OF_ENVIRONMENT = (
    "for an option that Spark knows all the same, let the pipeline's connection name a parameter,"
    ' `raw {{ "{name}" = "${{NAME}}" }}`, and say its value in `params`'
)


def find_other_use(connector: Connector, role: Role, mode: Mode, name: str) -> str | None:
    """Where the connector has that option, if not here."""
    own_role = connector.role(role)
    if own_role and own_role.option(name):
        return "batch" if mode is Mode.STREAM else "streams"
    for each in Role:
        other_role = connector.role(each)
        if other_role and other_role.option(name):
            return each.plural
    return None


def find_alias(name: str, options: Iterable[Option]) -> str | None:
    """The option that has `name` as an alias."""
    return next((option.name for option in options if name in option.aliases), None)


def find_intended(name: str, options: Iterable[Option]) -> str | None:
    """The option that a misspelt name, an alias or Spark's own spelling stands for."""
    spellings = {
        spelling: option.name
        for option in options
        for spelling in (*option.aliases, option.spark, option.name)
    }
    exact = spellings.get(name)
    near = None if exact else did_you_mean(name, spellings)
    return exact or (spellings[near] if near else None)


def misplaced_option(entry: OptionEntry, role: Role, mode: Mode, other_use: str) -> Diagnostic:
    """An option that the connector has elsewhere."""
    use_name = f"a {'stream ' if mode is Mode.STREAM else ''}{role.value}"
    if role is Role.UPKEEP:
        use_name = role.plural
    help_ = "leave it out"
    if other_use == Role.UPKEEP.plural:
        help_ = f"write it in a declaration of its own: `maintain NAME {{ {entry.name} = … }}`"
    return Diagnostic(
        MISPLACED_OPTION,
        f"`{entry.name}` is for {other_use}; it does nothing in {use_name}",
        Label(entry.name_span),
        help=(help_,),
    )


def unknown_option(
    connector: Connector, use: ConnectorUse, entry: OptionEntry, intended: str | None
) -> Diagnostic:
    """An option that the connector does not have, with the one that was intended, if known."""
    return Diagnostic(
        UNKNOWN_OPTION,
        f"`{connector.name}` has no option `{entry.name}`"
        + (f"; did you mean `{intended}`?" if intended else ""),
        Label(entry.name_span),
        help=() if intended else _suggest_help(connector, use, entry.name),
        fix=(Edit(entry.name_span, intended),) if intended else (),
    )


def _find_others(connector: Connector, name: str) -> Iterator[tuple[str, str]]:
    """Other connectors whose tables may have this said of their upkeep, and what they call it."""
    from ssbt.compiler.connectors.loading import connector_names, find_connector

    for each in connector_names():
        other = find_connector(each) if each != connector.name else None
        for option in other.upkeep.options if other is not None and other.upkeep else ():
            if name in (option.name, *option.aliases):
                yield each, option.name


def _suggest_help(connector: Connector, use: ConnectorUse, name: str) -> tuple[str, ...]:
    if "checkpoint" in name.casefold():
        return ('each stream has its own below one folder: `pipeline NAME { checkpoint = "…" }`',)
    raw_help = f'an option that Spark knows all the same: `raw {{ "{name}" = … }}`'
    if use.in_configuration:
        raw_help = RAW_OF_ENVIRONMENT.format(name=name)
    if use.role is Role.UPKEEP:
        if others := dict(_find_others(connector, name)):
            names = join_alternatives(f"`{each}`" for each in others)
            option = next(iter(others.values()))
            return (f"`maintain` takes `{option}` for tables of {names} alone",)
        return (f"what `maintain` takes for {connector.name} is listed in {connector.page}",)
    page_help = f"the options of a {connector.name} {use.role.value} are listed in {connector.page}"
    specification = connector.role(use.role)
    takes_raw = specification is None or specification.takes_raw(use.mode)
    return (page_help, raw_help) if takes_raw else (page_help,)
