"""Reading a `connector.toml` into a Connector, strictly: what is not understood is an error."""

from __future__ import annotations

from enum import Enum
import os
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ssbt.compiler.connectors.options import SNAKE_CASE, read_constraints, read_modes, read_options
from ssbt.compiler.connectors.saved import toml_values
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Checkpoint,
    Connector,
    ConnectorColumn,
    ConnectorSpecificationError,
    Constraint,
    Delivery,
    Kind,
    Mode,
    Option,
    OptionType,
    Place,
    Refused,
    Role,
    RoleSpecification,
    Streaming,
)
from ssbt.compiler.connectors.toml_table import TomlTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SPECIFICATION = "connector.toml"

E = TypeVar("E", bound=Enum)
OptionKey = tuple[str, frozenset[Mode]]


def read_connector(name: str, folder: str, built_in: str, package: str) -> Connector:
    """The connector in `folder`, whose `connector.toml` must call itself `name`.

    What it includes is looked for in the folder of the `built_in` connectors.
    """
    table = parsed(os.path.join(folder, SPECIFICATION))
    if table.required_text("name") != name:
        raise table.error("name", f"the connector is installed as `{name}`")
    includes = table.texts("include") or ()
    included = tuple(_included(include, built_in, table) for include in includes)
    shared = tuple(_options((*included, table)))
    connection = _connection(table.table("connection"))
    rules: tuple[Constraint, ...] = ()
    if connection is not None:
        shared = (*_as_shared(name, connection), *shared)
        rules = connection.constraints
    read = Connector(
        name=name,
        title=table.required_text("title"),
        summary=table.required_text("summary"),
        doc=table.text("doc").strip(),
        spark_format=table.text("spark_format", name),
        package=package,
        source=read_role(table.table("source"), _parts(included, Role.SOURCE), shared, rules),
        sink=read_role(table.table("sink"), _parts(included, Role.SINK), shared, rules),
        connection=connection,
        packages=tuple(read_packages(table.table("packages"))),
    )
    for whole in (table, *included):
        whole.close()
    return read


def _connection(table: TomlTable | None) -> RoleSpecification | None:
    """What a connection of this kind says."""
    if table is None:
        return None
    options = tuple(_options((table,)))
    read = RoleSpecification(
        modes=frozenset(Mode),
        options=options,
        constraints=tuple(_constraints((table,), {option.name for option in options})),
        function=table.text("function"),
        refused=tuple(_refused(table)),
    )
    table.close()
    return read


def _as_shared(kind: str, connection: RoleSpecification) -> Iterator[Option]:
    """The options of a connection as those of a source or sink, which may also name one."""
    yield Option(
        name="connection",
        spark="",
        type=OptionType(Kind.CONNECTION),
        doc=f"A connection of the kind `{kind}`, instead of what it says.",
        place=Place.CONNECTION,
        connection=kind,
    )
    for option in connection.options:
        if not option.connection_only:
            yield replace(option, shared=True)


def _parts(included: tuple[TomlTable, ...], role: Role) -> tuple[TomlTable, ...]:
    found = (include.table(role.value) for include in included)
    return tuple(part for part in found if part)


def read_role(
    own: TomlTable | None,
    included: tuple[TomlTable, ...],
    shared: tuple[Option, ...],
    rules: tuple[Constraint, ...] = (),
    modes: tuple[str, ...] = (),
) -> RoleSpecification | None:
    """One side of the connector; what it includes comes first, its own options replace those."""
    if own is None:
        return None
    options: dict[OptionKey, Option] = {}
    for option in (*_options(included), *shared, *_options((own,))):
        options[option.name, option.modes] = option
    parts = (*included, own)
    specification = RoleSpecification(
        modes=read_modes(own, default=modes),
        options=tuple(options.values()),
        constraints=(*rules, *_constraints(parts, {name for name, _ in options})),
        columns=tuple(_columns(own)),
        rejects=own.texts("rejects") or (),
        replayable=own.value("replayable", bool, False),
        by_position=own.value("by_position", bool, False),
        fills_defaults=own.value("fills_defaults", bool, False),
        narrowed=own.texts("narrowed") or (),
        idempotent=own.value("idempotent", bool, False),
        save_modes=own.texts("save_modes") or (),
        output_modes=own.texts("output_modes") or (),
        streaming=_streaming(parts),
        features=own.texts("features") or (),
        refused=tuple(_refused(own)),
    )
    for part in parts:
        part.close()
    return specification


def _options(tables: Iterable[TomlTable]) -> Iterator[Option]:
    for table in tables:
        options = table.table("options")
        if options:
            yield from read_options(options)


def _constraints(parts: Iterable[TomlTable], names: set[str]) -> Iterator[Constraint]:
    """The rules of all parts; each must speak of options that there are."""
    for part in parts:
        for constraint in read_constraints(part):
            for condition in (*constraint.when, *constraint.conditions):
                if condition.option not in names:
                    raise part.error("constraints", f"there is no option `{condition.option}`")
            yield constraint


def _streaming(parts: Iterable[TomlTable]) -> Streaming | None:
    """What a sink promises to streams: what it says itself, or else what it includes."""
    read = None
    for table in filter(None, (part.table("streaming") for part in parts)):
        read = Streaming(
            delivery=_member(Delivery, table, "delivery"),
            reason=table.required_text("reason"),
            checkpoint=_member(Checkpoint, table, "checkpoint", Checkpoint.REQUIRED.value),
            keyed=table.text("keyed"),
            keyed_reason=table.text("keyed_reason"),
        )
        table.close()
    return read


def _member(kind: type[E], table: TomlTable, key: str, default: str = "") -> E:
    word = table.text(key, default)
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        raise table.error(key, f"`{word}` is not one of {known}") from None


def _refused(table: TomlTable) -> Iterator[Refused]:
    for entry in table.tables("refused"):
        keys = entry.texts("keys") or ()
        modes = read_modes(entry, default=tuple(mode.value for mode in Mode))
        yield Refused(keys, entry.required_text("help"), modes)
        entry.close()


def _columns(table: TomlTable) -> Iterator[ConnectorColumn]:
    for entry in table.tables("columns"):
        yield ConnectorColumn(entry.text("name"), entry.required_text("type"), entry.text("when"))
        entry.close()


def read_packages(table: TomlTable | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Coordinates for each Spark line, in the order of the lines."""
    if table is None:
        return
    for line in SPARK_LINES:
        coordinates = table.texts(line)
        if coordinates is not None:
            yield line, coordinates
    table.close()


def _included(name: str, built_in: str, table: TomlTable) -> TomlTable:
    """What several built-in connectors share: `templates/connectors/_shared/NAME.toml`."""
    file = os.path.join(built_in, "_shared", f"{name}.toml")
    if not SNAKE_CASE.fullmatch(name) or not os.path.isfile(file):
        raise table.error("include", f"there is nothing called `{name}` to include")
    return parsed(file)


def parsed(file: str) -> TomlTable:
    try:
        values = toml_values(file)
    except (OSError, ValueError) as error:
        raise ConnectorSpecificationError(file, "", str(error)) from error
    return TomlTable(file, "", values)
