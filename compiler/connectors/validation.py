"""A source's or sink's options against the connector's specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.constraints import OptionBlock, check_constraints, compiler_settings
from ssbt.compiler.connectors.conversion import convert_value
from ssbt.compiler.connectors.dialects import dialect_settings
from ssbt.compiler.connectors.examples import introduce_option
from ssbt.compiler.connectors.formats import Format
from ssbt.compiler.connectors.lookup import resolve_format
from ssbt.compiler.connectors.raw import RAW, RawRules, convert_raw_options
from ssbt.compiler.connectors.secrets import find_credentials, find_written_secret
from ssbt.compiler.connectors.settings import FormatUse, Setting, Settings, SparkOption, Value
from ssbt.compiler.connectors.specification import (
    Connector,
    Option,
    OptionPlacement,
    Role,
    ValueKind,
    is_newer,
)
from ssbt.compiler.connectors.unknown_options import (
    find_alias,
    find_intended,
    find_other_use,
    misplaced_option,
    unknown_option,
)
from ssbt.compiler.connectors.use_mistakes import missing_package, repeated_option, unsupported_use
from ssbt.compiler.connectors.values import Nested, Word
from ssbt.compiler.connectors.wording import too_new, wrong_type
from ssbt.compiler.diagnostics.codes.connections import REPEATED
from ssbt.compiler.diagnostics.codes.connectors import (
    MISSING_OPTION,
    RAW_IGNORED,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from ssbt.compiler.connectors.values import OptionEntry, OptionValue
    from ssbt.compiler.source import Span


class ValidationResult(Struct, frozen=True):
    """The settings that are right, and what is wrong with the others."""

    settings: Settings
    findings: tuple[Diagnostic, ...]


def check_options(
    connector: Connector, use: ConnectorUse, entries: Iterable[OptionEntry]
) -> Iterator[Diagnostic]:
    """Everything that is wrong with the options of one source or sink."""
    yield from validate(connector, use, entries).findings


def validate(
    connector: Connector,
    use: ConnectorUse,
    entries: Iterable[OptionEntry],
    inherited: Settings | None = None,
) -> ValidationResult:
    """The settings of one source or sink, with every finding about them.

    Settings `inherited`, which are valid, hold where the entries say nothing.
    """
    diagnostics: list[Diagnostic] = []
    checking = _validate(connector, use, tuple(entries), inherited or Settings())
    while True:
        try:
            diagnostics.append(next(checking))
        except StopIteration as done:
            return ValidationResult(done.value, tuple(diagnostics))


def _validate(
    connector: Connector, use: ConnectorUse, entries: tuple[OptionEntry, ...], inherited: Settings
) -> Generator[Diagnostic, None, Settings]:
    specification = connector.role(use.role)
    if specification is None or use.mode not in specification.modes:
        yield unsupported_use(connector, use)
        return Settings()
    if connector.lacks(use.spark):
        yield missing_package(connector, use)
    options = {o.name: o for o in specification.options if use.mode in o.modes}
    block = OptionBlock(
        options,
        use.span,
        refused=specification.refused,
        raw_prefix=specification.raw_prefix,
        raw_clients=specification.raw_clients,
    )
    block.settings |= {each.option.name: each for each in inherited.settings if each.span}
    raw = yield from _read_entries(connector, use, entries, block)
    yield from _check_repeated(block)
    for setting in dialect_settings(block):
        block.settings[setting.option.name] = setting
    for setting in compiler_settings(block, use.spark):
        block.settings[setting.option.name] = setting
    yield from _check_missing(connector, block)
    rules = [rule for rule in specification.constraints if use.mode in rule.modes]
    yield from check_constraints(rules, block, use.spark)
    return Settings(tuple(block.settings.values()), raw)


def _read_entries(
    connector: Connector, use: ConnectorUse, entries: tuple[OptionEntry, ...], block: OptionBlock
) -> Generator[Diagnostic, None, tuple[SparkOption, ...]]:
    """Put the user's settings into the block; the result is what is in `raw`."""
    raw: tuple[SparkOption, ...] = ()
    name_spans: dict[str, Span] = {}
    for entry in entries:
        if entry.name in name_spans:
            yield repeated_option(entry, name_spans[entry.name])
            yield from find_written_secret(block.options.get(entry.name), entry, use.target)
            continue
        name_spans[entry.name] = entry.name_span
        option = block.options.get(entry.name)
        takes_secret = option is not None and option.secret
        credentials = [] if takes_secret else [*find_credentials(entry.value, use.target)]
        yield from credentials
        if entry.name == RAW and option is None and _takes_no_options(connector, block):
            message = f"`raw` does nothing in the format `{connector.name}`, which has no options"
            yield Diagnostic(RAW_IGNORED, message, Label(entry.name_span), help=("leave it out",))
        elif entry.name == RAW and option is None and use.role is not Role.UPKEEP:
            refused = tuple(each for each in block.refused if use.mode in each.modes)
            sides = (connector.source, connector.sink) if use.role is Role.CONNECTION else ()
            others = tuple(option for side in sides if side is not None for option in side.options)
            own = tuple(block.options.values())
            rules = RawRules(own, refused, block.raw_prefix, others, block.raw_clients)
            raw = yield from convert_raw_options(entry, rules, use.target)
        elif credentials:
            block.doubtful.add(entry.name)
        elif option is None:
            yield _diagnose_unknown(connector, use, entry, block)
            yield from find_written_secret(None, entry, use.target)
        else:
            yield from _convert_entry(option, entry, use, block)
    return raw


def _diagnose_unknown(
    connector: Connector, use: ConnectorUse, entry: OptionEntry, block: OptionBlock
) -> Diagnostic:
    """An option that the connector does not have, or not here."""
    other_use = find_other_use(connector, use.role, use.mode, entry.name)
    if other_use and not find_alias(entry.name, block.options.values()):
        return misplaced_option(entry, use.role, use.mode, other_use)
    intended = find_intended(entry.name, block.options.values())
    if intended:
        block.doubtful.add(intended)
    return unknown_option(connector, use, entry, intended)


def _takes_no_options(connector: Connector, block: OptionBlock) -> bool:
    """Whether it is a format to which Spark's functions pass no options."""
    placements = {each.place for each in block.options.values()}
    return isinstance(connector, Format) and OptionPlacement.OPTION not in placements


def _convert_entry(
    option: Option, entry: OptionEntry, use: ConnectorUse, block: OptionBlock
) -> Generator[Diagnostic, None, None]:
    if is_newer(option.since, use.spark):
        yield too_new(f"`{option.name}`", option.since, use.spark, entry.name_span)
    value: Value | None
    if option.type.kind is ValueKind.FORMAT:
        value = yield from _resolve_format_use(option, entry.value, use)
    else:
        value = yield from convert_value(option, entry.value, use.target)
    if value is None:
        block.doubtful.add(option.name)
    else:
        block.settings[option.name] = Setting(option, value, entry.span)


def _check_repeated(block: OptionBlock) -> Iterator[Diagnostic]:
    """What a source or sink says that the connection that it names says already.

    From there on it is unknown what the connection says: it may depend on the environment.
    """
    entry = next(
        (o.name for o in block.options.values() if o.place is OptionPlacement.CONNECTION), ""
    )
    connection_setting = block.settings.get(entry)
    if connection_setting is None and entry not in block.doubtful:
        return
    for option in block.options.values():
        if option.shared:
            repeated = block.settings.pop(option.name, None)
            block.doubtful.add(option.name)
            if (
                repeated is not None
                and repeated.span is not None
                and connection_setting
                and connection_setting.span is not None
            ):
                yield Diagnostic(
                    REPEATED,
                    f"`{option.name}` belongs in the connection",
                    Label(repeated.span),
                    (Label(connection_setting.span, "the connection is named here"),),
                    ("remove it here, and give it in the connection",),
                )


def _resolve_format_use(
    option: Option, value: OptionValue, use: ConnectorUse
) -> Generator[Diagnostic, None, FormatUse | None]:
    """A format with its own options, which are checked as a connector's are."""
    if not isinstance(value, Word | Nested):
        yield wrong_type(option, value)
        return None
    name, entries = (value.kind, value.entries) if isinstance(value, Nested) else (value.text, ())
    record_format = resolve_format(name, value.span)
    if isinstance(record_format, Diagnostic):
        yield record_format
        return None
    settings = yield from _validate(
        record_format, replace(use, span=value.span), entries, Settings()
    )
    return FormatUse(record_format, settings) if record_format.role(use.role) else None


def _check_missing(connector: Connector, block: OptionBlock) -> Iterator[Diagnostic]:
    for option in block.options.values():
        if option.required and not (option.name in block.settings or option.name in block.doubtful):
            yield Diagnostic(
                MISSING_OPTION,
                f"`{connector.name}` needs the option `{option.name}`",
                Label(block.span, f"`{option.name}` is missing"),
                help=(f"add it, for example {introduce_option(option)}",),
            )
