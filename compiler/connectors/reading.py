"""Reading a `connector.toml` into a Connector, strictly: what is not understood is an error."""

from __future__ import annotations

from enum import Enum
import os
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ssbt.compiler.connectors.options import SNAKE_CASE, read_constraints, read_modes, read_options
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Checkpoint,
    ColumnNames,
    Connector,
    ConnectorColumn,
    ConnectorSpecificationError,
    Constraint,
    Delivery,
    Mode,
    Option,
    OptionPlacement,
    OptionType,
    RefusedKeys,
    Role,
    RoleSpecification,
    SessionSetting,
    StreamingSupport,
    ValueKind,
)
from ssbt.compiler.connectors.toml_cache import load_toml
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
    table = load_table(os.path.join(folder, SPECIFICATION))
    if table.required_text("name") != name:
        raise table.error("name", f"the connector is installed as `{name}`")
    includes = table.texts("include") or ()
    included_tables = tuple(_load_included(include, built_in, table) for include in includes)
    shared_options = tuple(_read_all_options((*included_tables, table)))
    connection = _read_connection(table.table("connection"))
    rules: tuple[Constraint, ...] = ()
    if connection is not None:
        shared_options = (*_shared_options(name, connection), *shared_options)
        # What a catalog is, sources and sinks cannot say.
        rules = () if connection.catalog else connection.constraints
    result = Connector(
        name=name,
        title=table.required_text("title"),
        summary=table.required_text("summary"),
        doc=table.text("doc").strip(),
        spark_format=table.text("spark_format", name),
        package=package,
        source=read_role(
            table.table("source"), _role_tables(included_tables, Role.SOURCE), shared_options, rules
        ),
        sink=read_role(
            table.table("sink"), _role_tables(included_tables, Role.SINK), shared_options, rules
        ),
        connection=connection,
        upkeep=_read_upkeep(table.table("upkeep")),
        packages=tuple(read_packages(table.table("packages"))),
        session=tuple(_read_session(table.table("session"))),
    )
    for read_table in (table, *included_tables):
        read_table.close()
    return result


def _read_connection(table: TomlTable | None) -> RoleSpecification | None:
    """What a connection of this kind says."""
    if table is None:
        return None
    options = tuple(_read_all_options((table,)))
    specification = RoleSpecification(
        modes=frozenset(Mode),
        options=options,
        constraints=tuple(_read_all_constraints((table,), {option.name for option in options})),
        function=table.text("function"),
        refused=tuple(_read_refused(table)),
        raw_prefix=table.text("raw_prefix"),
        raw_clients=table.text("raw_clients"),
        catalog=table.text("catalog"),
    )
    table.close()
    return specification


def _read_upkeep(table: TomlTable | None) -> RoleSpecification | None:
    """What keeps a table of this connector in order."""
    if table is None:
        return None
    options = tuple(_read_all_options((table,)))
    rules = tuple(_read_all_constraints((table,), {option.name for option in options}))
    numbers_batches = table.value("numbers_batches", bool, False)
    table.close()
    return RoleSpecification(
        modes=frozenset(Mode),
        options=options,
        constraints=rules,
        numbers_batches=numbers_batches,
    )


def _shared_options(kind: str, connection: RoleSpecification) -> Iterator[Option]:
    """The options of a connection as those of a source or sink, which may also name one."""
    yield Option(
        name="connection",
        spark="",
        type=OptionType(ValueKind.CONNECTION),
        doc=f"A connection of the kind `{kind}`, which gives the options that describe it.",
        place=OptionPlacement.CONNECTION,
        connection=kind,
    )
    for option in connection.options:
        if not option.connection_only and not connection.catalog:
            yield replace(option, shared=True)


def _role_tables(included: tuple[TomlTable, ...], role: Role) -> tuple[TomlTable, ...]:
    tables = (include.table(role.value) for include in included)
    return tuple(part for part in tables if part)


def read_role(
    own_table: TomlTable | None,
    included: tuple[TomlTable, ...],
    shared: tuple[Option, ...],
    rules: tuple[Constraint, ...] = (),
    modes: tuple[str, ...] = (),
) -> RoleSpecification | None:
    """One side of the connector; what it includes comes first, its own options replace those."""
    if own_table is None:
        return None
    options = _merge_options(own_table, included, shared)
    parts = (*included, own_table)
    specification = RoleSpecification(
        modes=read_modes(own_table, default=modes),
        options=tuple(options.values()),
        constraints=(*rules, *_read_all_constraints(parts, {name for name, _ in options})),
        columns=tuple(_read_columns(own_table)),
        rejects=own_table.texts("rejects") or (),
        replayable=own_table.value("replayable", bool, False),
        by_position=own_table.value("by_position", bool, False),
        fills_defaults=own_table.value("fills_defaults", bool, False),
        parser=own_table.value("parser", str, ""),
        transient=own_table.value("transient", bool, False),
        makes_view=own_table.value("makes_view", bool, False),
        narrowed=own_table.texts("narrowed") or (),
        idempotent=own_table.value("idempotent", bool, False),
        save_modes=own_table.texts("save_modes") or (),
        output_modes=own_table.texts("output_modes") or (),
        streaming=_read_streaming(parts),
        features=own_table.texts("features") or (),
        refused=tuple(_read_refused(own_table)),
        raw_prefix=own_table.text("raw_prefix"),
        raw_clients=own_table.text("raw_clients"),
        versioned=own_table.value("versioned", bool, False),
        column_names=_read_column_names(own_table.table("column_names")),
        creates=own_table.texts("creates") or (),
        any_format=own_table.value("any_format", bool, False),
        fits_columns=own_table.value("fits_columns", bool, False),
    )
    for part in parts:
        part.close()
    return specification


def _merge_options(
    own_table: TomlTable, included: tuple[TomlTable, ...], shared: tuple[Option, ...]
) -> dict[OptionKey, Option]:
    options: dict[OptionKey, Option] = {}
    for option in (*_read_all_options(included), *shared, *_read_all_options((own_table,))):
        options[option.name, option.modes] = option
    return options


def _read_all_options(tables: Iterable[TomlTable]) -> Iterator[Option]:
    for table in tables:
        options = table.table("options")
        if options:
            yield from read_options(options)


def _read_all_constraints(parts: Iterable[TomlTable], names: set[str]) -> Iterator[Constraint]:
    """The rules of all parts; each must speak of options that there are."""
    for part in parts:
        for constraint in read_constraints(part):
            for condition in (*constraint.when, *constraint.conditions):
                if condition.option not in names:
                    raise part.error("constraints", f"there is no option `{condition.option}`")
            yield constraint


def _read_streaming(parts: Iterable[TomlTable]) -> StreamingSupport | None:
    """What a sink promises to streams: what it says itself, or else what it includes."""
    streaming = None
    for table in filter(None, (part.table("streaming") for part in parts)):
        streaming = StreamingSupport(
            delivery=_read_member(Delivery, table, "delivery"),
            reason=table.required_text("reason"),
            checkpoint=_read_member(Checkpoint, table, "checkpoint", Checkpoint.REQUIRED.value),
            keyed=table.text("keyed"),
            keyed_reason=table.text("keyed_reason"),
        )
        table.close()
    return streaming


def _read_member(enum_type: type[E], table: TomlTable, key: str, default: str = "") -> E:
    text = table.text(key, default)
    try:
        return enum_type(text)
    except ValueError:
        members = ", ".join(str(each.value) for each in enum_type)
        raise table.error(key, f"`{text}` is not one of {members}") from None


def _read_refused(table: TomlTable) -> Iterator[RefusedKeys]:
    for entry in table.tables("refused"):
        keys = entry.texts("keys") or ()
        modes = read_modes(entry, default=tuple(mode.value for mode in Mode))
        yield RefusedKeys(keys, entry.required_text("help"), modes)
        entry.close()


def _read_column_names(table: TomlTable | None) -> ColumnNames:
    if table is None:
        return ColumnNames()
    names = ColumnNames(
        pattern=table.text("pattern"),
        pattern_text=table.text("pattern_text"),
        any_property=table.text("any_property"),
        reserved=table.texts("reserved") or (),
        reserving_property=table.text("reserving_property"),
    )
    table.close()
    return names


def _read_columns(table: TomlTable) -> Iterator[ConnectorColumn]:
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


def _read_session(table: TomlTable | None) -> Iterator[SessionSetting]:
    """The settings of `[session]`, by their names in Spark."""
    if table is None:
        return
    for name, entry in table.take_tables():
        yield SessionSetting(
            name,
            entry.required_text("value"),
            entry.text("reason"),
            entry.value("is_list", bool, False),
            entry.value("drops_parameters", bool, False),
            entry.value("is_default", bool, False),
        )
        entry.close()


def _load_included(name: str, built_in: str, table: TomlTable) -> TomlTable:
    """What several built-in connectors share: `templates/connectors/_shared/NAME.toml`."""
    file = os.path.join(built_in, "_shared", f"{name}.toml")
    if not SNAKE_CASE.fullmatch(name) or not os.path.isfile(file):
        raise table.error("include", f"there is nothing called `{name}` to include")
    return load_table(file)


def load_table(file: str) -> TomlTable:
    try:
        values = load_toml(file)
    except (OSError, ValueError) as error:
        raise ConnectorSpecificationError(file, "", str(error)) from error
    return TomlTable(file, "", values)
