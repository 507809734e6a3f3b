"""A source's or sink's options against the connector's specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.constraints import Given, supplied_settings, violations
from ssbt.compiler.connectors.conversion import converted, is_newer
from ssbt.compiler.connectors.dialects import dialect_settings
from ssbt.compiler.connectors.named import named_format
from ssbt.compiler.connectors.parameters import Target
from ssbt.compiler.connectors.raw import RAW, raw_options
from ssbt.compiler.connectors.secrets import written_credentials
from ssbt.compiler.connectors.settings import FormatUse, Setting, Settings, SparkOption, Value
from ssbt.compiler.connectors.specification import Connector, Kind, Mode, Option, Place, Role
from ssbt.compiler.connectors.values import Nested, Word
from ssbt.compiler.connectors.wording import too_new, wrong_type
from ssbt.compiler.diagnostics.codes.connections import REPEATED
from ssbt.compiler.diagnostics.codes.connectors import (
    DUPLICATE_OPTION,
    MISPLACED_OPTION,
    MISSING_OPTION,
    UNKNOWN_OPTION,
    UNSUPPORTED_USE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from ssbt.compiler.connectors.parameters import ParamType
    from ssbt.compiler.connectors.values import OptionEntry, OptionValue
    from ssbt.compiler.source import Span


class Use(Struct, frozen=True):
    """One use of a connector. `span` is its name in the source or sink.

    `param_type` gives the Spark type of a parameter as text, or nothing if there is none of that
    name, which is reported elsewhere. `secrets` are the declared ones.
    """

    role: Role
    streaming: bool
    span: Span
    spark: str
    param_type: ParamType
    secrets: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """What values are converted for."""
        return Target(self.spark, self.param_type, self.secrets)

    @property
    def mode(self) -> Mode:
        """How its data flows."""
        return Mode.STREAM if self.streaming else Mode.BATCH


class Validated(Struct, frozen=True):
    """The settings that are right, and what is wrong with the others."""

    settings: Settings
    findings: tuple[Diagnostic, ...]


def findings(of: Connector, use: Use, entries: Iterable[OptionEntry]) -> Iterator[Diagnostic]:
    """Everything that is wrong with the options of one source or sink."""
    yield from validated(of, use, entries).findings


def validated(
    of: Connector, use: Use, entries: Iterable[OptionEntry], below: Settings | None = None
) -> Validated:
    """The settings of one source or sink, with every finding about them.

    Settings `below`, which are valid, hold where the entries say nothing.
    """
    found: list[Diagnostic] = []
    checking = _checked(of, use, tuple(entries), below or Settings())
    while True:
        try:
            found.append(next(checking))
        except StopIteration as done:
            return Validated(done.value, tuple(found))


def _checked(
    of: Connector, use: Use, entries: tuple[OptionEntry, ...], below: Settings
) -> Generator[Diagnostic, None, Settings]:
    specification = of.role(use.role)
    if specification is None or use.mode not in specification.modes:
        yield _unsupported(of, use)
        return Settings()
    options = {o.name: o for o in specification.options if use.mode in o.modes}
    given = Given(options, use.span, refused=specification.refused)
    given.settings |= {each.option.name: each for each in below.settings if each.span}
    raw = yield from _read(of, use, entries, given)
    yield from _repeated(given)
    for setting in dialect_settings(given):
        given.settings[setting.option.name] = setting
    for setting in supplied_settings(given, use.spark):
        given.settings[setting.option.name] = setting
    yield from _missing(of, given)
    yield from violations(specification.constraints, given, use.spark)
    return Settings(tuple(given.settings.values()), raw)


def _read(
    of: Connector, use: Use, entries: tuple[OptionEntry, ...], given: Given
) -> Generator[Diagnostic, None, tuple[SparkOption, ...]]:
    """Put the user's settings into `given`; the result is what stands in `raw`."""
    raw: tuple[SparkOption, ...] = ()
    seen: dict[str, Span] = {}
    for entry in entries:
        if entry.name in seen:
            yield _duplicate(entry, seen[entry.name])
            continue
        seen[entry.name] = entry.name_span
        option = given.options.get(entry.name)
        takes_secret = option is not None and option.secret
        written = [] if takes_secret else [*written_credentials(entry.value, use.target)]
        yield from written
        if entry.name == RAW and option is None:
            refused = (each for each in given.refused if use.mode in each.modes)
            raw = yield from raw_options(entry, given.options.values(), use.target, refused)
        elif written:
            given.doubtful.add(entry.name)
        elif option is None:
            yield from _unknown(of, use, entry, given)
        else:
            yield from _setting(option, entry, use, given)
    return raw


def _setting(
    option: Option, entry: OptionEntry, use: Use, given: Given
) -> Generator[Diagnostic, None, None]:
    if is_newer(option.since, use.spark):
        yield too_new(f"`{option.name}`", option.since, use.spark, entry.name_span)
    value: Value | None
    if option.type.kind is Kind.FORMAT:
        value = yield from _format_use(option, entry.value, use)
    else:
        value = yield from converted(option, entry.value, use.target)
    if value is None:
        given.doubtful.add(option.name)
    else:
        given.settings[option.name] = Setting(option, value, entry.span)


def _repeated(given: Given) -> Iterator[Diagnostic]:
    """What a source or sink says that the connection that it names says already.

    From there on it is unknown what the connection says: it may depend on the environment.
    """
    entry = next((o.name for o in given.options.values() if o.place is Place.CONNECTION), "")
    named = given.settings.get(entry)
    if named is None and entry not in given.doubtful:
        return
    for option in given.options.values():
        if option.shared:
            again = given.settings.pop(option.name, None)
            given.doubtful.add(option.name)
            if again is not None and again.span is not None and named and named.span is not None:
                yield Diagnostic(
                    REPEATED,
                    f"`{option.name}` is for the connection to say",
                    Label(again.span),
                    (Label(named.span, "the connection is named here"),),
                    ("remove it here, and give it in the connection",),
                )


def _format_use(
    option: Option, value: OptionValue, use: Use
) -> Generator[Diagnostic, None, FormatUse | None]:
    """A format with its own options, which are checked as a connector's are."""
    if not isinstance(value, Word | Nested):
        yield wrong_type(option, value)
        return None
    name, entries = (value.kind, value.entries) if isinstance(value, Nested) else (value.text, ())
    found = named_format(name, value.span)
    if isinstance(found, Diagnostic):
        yield found
        return None
    settings = yield from _checked(found, replace(use, span=value.span), entries, Settings())
    return FormatUse(found, settings) if found.role(use.role) else None


def _missing(of: Connector, given: Given) -> Iterator[Diagnostic]:
    for option in given.options.values():
        if option.required and not (option.name in given.settings or option.name in given.doubtful):
            yield Diagnostic(
                MISSING_OPTION,
                f"`{of.name}` needs the option `{option.name}`",
                Label(given.span, f"`{option.name}` is missing"),
            )


def _duplicate(entry: OptionEntry, first: Span) -> Diagnostic:
    return Diagnostic(
        DUPLICATE_OPTION,
        f"`{entry.name}` is given twice",
        Label(entry.name_span, "given again"),
        secondary=(Label(first, "first given here"),),
        help=("keep one of the two",),
    )


def _unsupported(of: Connector, use: Use) -> Diagnostic:
    """The connector lacks this side, or this side works for the other kind of data only."""
    specification = of.role(use.role)
    if specification is None:
        problem = "cannot be read from" if use.role is Role.SOURCE else "cannot be written to"
    elif use.role is Role.SOURCE:
        problem = "cannot be read as a stream" if use.streaming else "can only be read as a stream"
    else:
        problem = "takes no stream" if use.streaming else "takes streams only"
    sides = [role.value for role in Role if of.role(role) is not None]
    return Diagnostic(
        UNSUPPORTED_USE,
        f"`{of.name}` {problem}",
        Label(use.span),
        help=(f"`{of.name}` is a {' and a '.join(sides)}",) if specification is None else (),
    )


def _unknown(
    of: Connector, use: Use, entry: OptionEntry, given: Given
) -> Generator[Diagnostic, None, None]:
    """An option that the connector does not have, or not here."""
    elsewhere = _elsewhere(of, use, entry.name)
    if elsewhere:
        here = f"{'stream ' if use.streaming else ''}{use.role.value}"
        yield Diagnostic(
            MISPLACED_OPTION,
            f"`{entry.name}` is for {elsewhere}; it does nothing in a {here}",
            Label(entry.name_span),
            help=("leave it out",),
        )
        return
    near = _meant(entry.name, given.options.values())
    if near:
        given.doubtful.add(near)
    yield Diagnostic(
        UNKNOWN_OPTION,
        f"`{of.name}` has no option `{entry.name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(entry.name_span),
        help=_ways_out(of, use, entry.name, near),
        fix=(Edit(entry.name_span, near),) if near else (),
    )


def _meant(name: str, options: Iterable[Option]) -> str | None:
    """The option that a misspelt name, an alias or Spark's own spelling stands for."""
    spellings = {
        spelling: option.name
        for option in options
        for spelling in (*option.aliases, option.spark, option.name)
    }
    exact = spellings.get(name)
    near = None if exact else did_you_mean(name, spellings)
    return exact or (spellings[near] if near else None)


def _elsewhere(of: Connector, use: Use, name: str) -> str | None:
    """Where the connector has that option, if not here."""
    own = of.role(use.role)
    if own and own.option(name):
        return "batch" if use.streaming else "streams"
    for role in Role:
        other = of.role(role)
        if other and other.option(name):
            return f"{role.value}s"
    return None


def _ways_out(of: Connector, use: Use, name: str, near: str | None) -> tuple[str, ...]:
    if near:
        return ()
    if "checkpoint" in name.casefold():
        return ('each stream has its own below one folder: `pipeline NAME { checkpoint = "…" }`',)
    return (
        f"the options of a {of.name} {use.role.value} are listed in {of.page}",
        f'an option that Spark knows all the same: `raw {{ "{name}" = … }}`',
    )
