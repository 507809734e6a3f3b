"""A connector's page of the reference, in Markdown, made from its specification alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.examples import render_literal
from ssbt.compiler.connectors.formats import Format
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Connector,
    ConstraintKind,
    Delivery,
    Mode,
    Option,
    OptionPlacement,
    Role,
    RoleSpecification,
    Shape,
    StreamingSupport,
    ValueKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHAPES = {Shape.ONE: "{}", Shape.LIST: "list of {}", Shape.ONE_OR_LIST: "{} or list"}
_NOT_OPTIONS = {
    OptionPlacement.LOAD: "`.load(…)`",
    OptionPlacement.SCHEMA: "`.schema(…)`",
    OptionPlacement.MODE: "`.mode(…)`",
    OptionPlacement.PATH: "`.save(…)`",
    OptionPlacement.TABLE: "`.saveAsTable(…)`",
    OptionPlacement.PARTITION_BY: "`.partitionBy(…)`",
    OptionPlacement.SORT_BY: "`.sortWithinPartitions(…)`, `.sortBy(…)`",
    OptionPlacement.BUCKET_BY: "`.bucketBy(…)`",
    OptionPlacement.BUCKETS: "`.bucketBy(…)`",
    OptionPlacement.COALESCE: "`.coalesce(…)`",
    OptionPlacement.REPARTITION: "`.repartition(…)`",
    OptionPlacement.TRIGGER: "`.trigger(…)`",
    OptionPlacement.FUNCTION: "`.foreachBatch(…)`",
    OptionPlacement.REQUIRE: "",
    OptionPlacement.DIALECT: "",
    OptionPlacement.KEY: "",
    OptionPlacement.CONNECTION: "",
    OptionPlacement.VALUE: "",
    OptionPlacement.VALUE_COLUMNS: "",
    OptionPlacement.RECORD_KEY: "",
    OptionPlacement.RECORD_KEY_SCHEMA: "",
    OptionPlacement.RECORD_KEY_COLUMNS: "",
    OptionPlacement.HEADERS: "",
    OptionPlacement.EVENT_ID: "",
    OptionPlacement.METADATA: "",
    OptionPlacement.ON_ERROR: "",
    OptionPlacement.TEMPLATE: "",
}
_TITLES = {Role.SOURCE: "As a source", Role.SINK: "As a sink"}
_TITLES_OF_FORMATS = {Role.SOURCE: "Decoding", Role.SINK: "Encoding"}


def render_reference_page(connector: Connector) -> str:
    """The whole page, ended by a newline; the same bytes for the same specification."""
    parts = [
        f"# {connector.title} (`{connector.name}`)",
        "<!-- Made from the connector's specification by tools/connectors.py; edit that. -->",
        connector.summary,
        *([] if isinstance(connector, Format) else _render_uses(connector)),
        *_render_packages(connector),
        *([connector.doc] if connector.doc else []),
        *_render_role(connector, Role.SOURCE),
        *_render_role(connector, Role.SINK),
        *_render_connection(connector),
        *_render_upkeep(connector),
        _render_raw(connector),
    ]
    return "\n\n".join(parts) + "\n"


def _render_uses(connector: Connector) -> Iterator[str]:
    rows = tuple(_use_rows(connector))
    if rows:
        yield _render_table(("", *(mode.value for mode in Mode)), rows)


def _use_rows(connector: Connector) -> Iterator[tuple[str, ...]]:
    for role in (Role.SOURCE, Role.SINK):
        specification = connector.role(role)
        if specification:
            modes = ("yes" if mode in specification.modes else "no" for mode in Mode)
            yield (role.value, *modes)


def _render_packages(connector: Connector) -> Iterator[str]:
    if connector.packages:
        rows = (
            (line, "<br>".join(map(_quote_code, all_of))) for line, all_of in connector.packages
        )
        yield _render_table(("Spark", "`--packages`"), rows)


def _render_role(connector: Connector, role: Role) -> Iterator[str]:
    specification = connector.role(role)
    if specification is None:
        return
    if isinstance(connector, Format):
        yield f"## {_TITLES_OF_FORMATS[role]}"
        yield from _render_format_facts(connector, role, specification)
    else:
        yield f"## {_TITLES[role]}"
        yield f"```ssbt\n{_render_example(connector, role, specification)}\n```"
        yield from _render_facts(role, specification)
    yield from _render_options(specification, is_read=role is Role.SOURCE)


def _render_connection(connector: Connector) -> Iterator[str]:
    """What a connection of this kind says; a source or sink may say the same itself."""
    specification = connector.connection
    if specification is None:
        return
    yield "## As a connection"
    needed = [option for option in specification.options if option.required]
    lines = [f"  {option.name} = {render_literal(option, option.example)}\n" for option in needed]
    secrets = [option.name for option in specification.options if option.secret]
    yield f"```ssbt\nconnection {connector.name}: {connector.name} {{\n{''.join(lines)}}}\n```"
    if secrets:
        yield f"Declare a secret with `secret NAME`, and write its name: `{secrets[0]} = NAME`."
    yield from _render_options(specification)


def _render_upkeep(connector: Connector) -> Iterator[str]:
    """What a table that a sink writes can be kept in order by."""
    specification = connector.upkeep
    if specification is None:
        return
    yield "## Upkeep"
    lines = [
        f"  {option.name} = {render_literal(option, option.example)}\n"
        for option in specification.options
        if option.example is not None and not isinstance(option.example, tuple)
    ]
    head = ""
    if connector.sink is not None:
        head = f"{_render_example(connector, Role.SINK, connector.sink)}\n\n"
    yield f"```ssbt\n{head}maintain orders {{\n{''.join(lines)}}}\n```"
    yield "`ssbtc maintain` does it: see [the guide](../guides/upkeep.md)."
    yield from _render_options(specification)


def _render_raw(connector: Connector) -> str:
    """Whether, and where, other options of Spark's may be passed."""
    uses = [
        (specification.takes_raw(mode), f"{mode.value} {role.value}")
        for role in (Role.SOURCE, Role.SINK)
        if (specification := connector.role(role)) is not None
        for mode in Mode
        if mode in specification.modes
    ]
    closed = [name for takes_raw, name in uses if not takes_raw]
    if uses and len(closed) == len(uses):
        return "It takes no other options of Spark's, and no `raw { … }`."
    text = 'Pass any other option of Spark\'s with `raw { "key" = "value" }`; nobody checks these.'
    return " ".join((text, *(f"A {name} takes none." for name in closed)))


def _render_options(specification: RoleSpecification, *, is_read: bool = False) -> Iterator[str]:
    """The options, and the rules among them."""
    if specification.options:
        yield _render_table(
            ("option", "takes", "default", "in Spark", ""),
            (_option_row(each, is_read=is_read) for each in specification.options),
        )
    rules = [f"- {_end_sentence(rule.message)}" for rule in specification.constraints]
    if rules:
        yield "What the compiler reports if options do not go together:"
        yield "\n".join(rules)


def _render_example(connector: Connector, role: Role, specification: RoleSpecification) -> str:
    """The options that cannot be left out, and a schema where rows come without one."""
    head = (
        f"source orders from {connector.name}"
        if role is Role.SOURCE
        else f"sink orders to {connector.name}"
    )
    needed = {option.name for option in specification.options if option.required}
    for rule in specification.constraints:
        if rule.kind is ConstraintKind.AT_LEAST_ONE and not rule.when:
            needed.add(rule.conditions[0].option)
    streams_only = Mode.BATCH not in specification.modes
    if streams_only:
        stream = "stream source orders from rate { }\n\n"
        head = f"stream {head}" if role is Role.SOURCE else stream + head
    lines = [
        f"  {option.name} = {render_literal(option, option.example)}"
        for option in specification.options
        if option.name in needed
        and (Mode.BATCH in option.modes or streams_only)
        and option.example is not None
        and not isinstance(option.example, tuple)
    ]
    return "\n".join((f"{head} {{", *lines, "}")) if lines else f"{head} {{ }}"


def _render_facts(role: Role, specification: RoleSpecification) -> Iterator[str]:
    facts = []
    if specification.columns:
        columns = " and ".join(
            f"`{c.name} {c.type}`" if c.name else f"one {c.type}" for c in specification.columns
        )
        verb = "Without a schema its columns are" if role is Role.SOURCE else "It takes"
        facts.append(f"{verb} {columns}.")
    if specification.rejects:
        verb = "read into" if role is Role.SOURCE else "write"
        facts.append(f"It cannot {verb} columns of the types {', '.join(specification.rejects)}.")
    if role is Role.SOURCE and specification.replayable:
        facts.append("The same data can be read again after a failure.")
    if role is Role.SOURCE and specification.by_position:
        facts.append("The columns of a schema are matched by position.")
    if role is Role.SINK and specification.idempotent:
        facts.append("Writing the same rows again changes nothing.")
    if role is Role.SINK and specification.streaming:
        modes = " and ".join(
            (", ".join(specification.output_modes[:-1]), specification.output_modes[-1])
        )
        modes = modes.removeprefix(" and ")
        facts.append(
            f"Streams: output mode {modes}; {_describe_delivery(specification.streaming)}."
        )
    if facts:
        yield " ".join(facts)


def _render_format_facts(
    record_format: Format, role: Role, specification: RoleSpecification
) -> Iterator[str]:
    if role is Role.SINK:
        makes = (
            f"It writes one column, of the type {', '.join(record_format.accepted_types)}."
            if record_format.accepted_types
            else ""
        )
        facts = [makes or "It writes any number of columns."]
    elif record_format.decoding is not None and record_format.decoding.needs_schema:
        facts = ["It needs a schema, whose fields become columns."]
    else:
        column_type = record_format.decoding.type if record_format.decoding else ""
        facts = [f"It becomes one column, of the type {column_type}."]
    if specification.rejects:
        verb = "read into" if role is Role.SOURCE else "write"
        facts.append(f"It cannot {verb} columns of the types {', '.join(specification.rejects)}.")
    yield " ".join(facts)


def _describe_delivery(streaming: StreamingSupport) -> str:
    """How often a row arrives, and why."""
    promise = f"{streaming.delivery.phrase}, because {streaming.reason}"
    if not streaming.keyed:
        return promise
    keyed = Delivery.EFFECTIVELY_ONCE.phrase
    return f"{promise}; with `{streaming.keyed}` {keyed}, because {streaming.keyed_reason}"


def _option_row(option: Option, *, is_read: bool) -> tuple[str, ...]:
    remarks = [option.doc]
    if option.since != SPARK_LINES[0]:
        remarks.append(f"Since Spark {option.since}.")
    if option.modes != frozenset(Mode):
        remarks.append(f"For {' and '.join(m.value for m in Mode if m in option.modes)} only.")
    newer = [choice for choice in option.choices if choice.since != SPARK_LINES[0]]
    remarks += [f"`{choice.name}` since Spark {choice.since}." for choice in newer]
    return (
        _quote_code(option.name),
        _describe_type(option),
        _describe_default(option),
        _spark_counterpart(option, is_read=is_read),
        " ".join(remarks),
    )


def _spark_counterpart(option: Option, *, is_read: bool) -> str:
    if option.place is OptionPlacement.MODE and option.modes == {Mode.STREAM}:
        return "`.outputMode(…)`"
    if option.place is OptionPlacement.TABLE and is_read:
        return "`.table(…)`"
    if option.spark == "*":
        return "each of its keys"
    return _NOT_OPTIONS.get(option.place, _quote_code(option.spark))


def _describe_type(option: Option) -> str:
    if option.type.kind is ValueKind.WORD:
        return ", ".join(_quote_code(choice.name) for choice in option.choices)
    if option.secret:
        return "secret"
    if option.type.kind is ValueKind.INTEGER and option.choices:
        return ", ".join(("integer", *(_quote_code(choice.name) for choice in option.choices)))
    return _SHAPES[option.type.shape].format(option.type.kind.value)


def _describe_default(option: Option) -> str:
    """What holds when the option is not written, and Spark's own default where that differs."""
    if option.required:
        return "required"
    spark = [] if option.default is None else [_quote_code(render_literal(option, option.default))]
    if option.default_text:
        spark.append(f"({option.default_text})" if spark else option.default_text)
    if option.compiler_default is None:
        return " ".join(spark)
    ours = _quote_code(render_literal(option, option.compiler_default.value))
    conditions = [_quote_code(str(condition)) for condition in option.compiler_default.when]
    types = [f"columns of the type {type_name}" for type_name in option.compiler_default.types]
    when = " and ".join((*conditions, *types))
    theirs = " ".join(spark)
    return f"{ours} with {when}, else {theirs}" if when else f"{ours}; Spark's own is {theirs}"


def _end_sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."


def _quote_code(text: str) -> str:
    """As code; `|` would end a cell of a table, and backticks need more backticks around them."""
    fence = "``" if "`" in text else "`"
    pad = " " if fence == "``" else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _render_table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    titles = tuple(head)
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
