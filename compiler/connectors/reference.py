"""A connector's page of the reference, in Markdown, made from its specification alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.formats import Format
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Choice,
    Connector,
    ConstraintKind,
    Default,
    Delivery,
    Kind,
    Mode,
    Option,
    Place,
    Role,
    RoleSpecification,
    Shape,
    Streaming,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHAPES = {Shape.ONE: "{}", Shape.LIST: "list of {}", Shape.ONE_OR_LIST: "{} or list"}
_NOT_OPTIONS = {
    Place.LOAD: "`.load(…)`",
    Place.SCHEMA: "`.schema(…)`",
    Place.MODE: "`.mode(…)`",
    Place.PATH: "`.save(…)`",
    Place.TABLE: "`.saveAsTable(…)`",
    Place.PARTITION_BY: "`.partitionBy(…)`",
    Place.SORT_BY: "`.sortWithinPartitions(…)`, `.sortBy(…)`",
    Place.BUCKET_BY: "`.bucketBy(…)`",
    Place.BUCKETS: "`.bucketBy(…)`",
    Place.COALESCE: "`.coalesce(…)`",
    Place.REPARTITION: "`.repartition(…)`",
    Place.TRIGGER: "`.trigger(…)`",
    Place.FUNCTION: "`.foreachBatch(…)`",
    Place.REQUIRE: "",
    Place.DIALECT: "",
    Place.KEY: "",
    Place.CONNECTION: "",
    Place.VALUE: "",
    Place.VALUE_COLUMNS: "",
    Place.RECORD_KEY: "",
    Place.RECORD_KEY_SCHEMA: "",
    Place.RECORD_KEY_COLUMNS: "",
    Place.HEADERS: "",
    Place.EVENT_ID: "",
    Place.METADATA: "",
    Place.ON_ERROR: "",
    Place.TEMPLATE: "",
}
_TITLES = {Role.SOURCE: "As a source", Role.SINK: "As a sink"}
_TITLES_OF_FORMATS = {Role.SOURCE: "Decoding", Role.SINK: "Encoding"}


def reference_page(of: Connector) -> str:
    """The whole page, ended by a newline; the same bytes for the same specification."""
    parts = [
        f"# {of.title} (`{of.name}`)",
        "<!-- Made from the connector's specification by tools/connectors.py; edit that. -->",
        of.summary,
        *([] if isinstance(of, Format) else _uses_table(of)),
        *_packages(of),
        *([of.doc] if of.doc else []),
        *_role(of, Role.SOURCE),
        *_role(of, Role.SINK),
        *_connection(of),
        "Options that Spark has and this page does not name go through"
        ' `raw { "key" = "value" }`; nobody checks them.',
    ]
    return "\n\n".join(parts) + "\n"


def _uses_table(of: Connector) -> Iterator[str]:
    rows = tuple(_uses(of))
    if rows:
        yield _table(("", *(mode.value for mode in Mode)), rows)


def _uses(of: Connector) -> Iterator[tuple[str, ...]]:
    for role in (Role.SOURCE, Role.SINK):
        found = of.role(role)
        if found:
            modes = ("yes" if mode in found.modes else "no" for mode in Mode)
            yield (role.value, *modes)


def _packages(of: Connector) -> Iterator[str]:
    if of.packages:
        rows = ((line, "<br>".join(map(_code, all_of))) for line, all_of in of.packages)
        yield _table(("Spark", "`--packages`"), rows)


def _role(of: Connector, role: Role) -> Iterator[str]:
    found = of.role(role)
    if found is None:
        return
    if isinstance(of, Format):
        yield f"## {_TITLES_OF_FORMATS[role]}"
        yield from _format_facts(of, role, found)
    else:
        yield f"## {_TITLES[role]}"
        yield f"```ssbt\n{_example(of, role, found)}\n```"
        yield from _facts(role, found)
    yield from _options(found)


def _connection(of: Connector) -> Iterator[str]:
    """What a connection of this kind says; a source or sink may say the same itself."""
    found = of.connection
    if found is None:
        return
    yield "## As a connection"
    needed = [option for option in found.options if option.required]
    lines = [f"  {option.name} = {_literal(option, option.example)}\n" for option in needed]
    secrets = [option.name for option in found.options if option.secret]
    yield f"```ssbt\nconnection {of.name}: {of.name} {{\n{''.join(lines)}}}\n```"
    if secrets:
        yield f"A secret is declared with `secret NAME`, and named: `{secrets[0]} = NAME`."
    yield from _options(found)


def _options(found: RoleSpecification) -> Iterator[str]:
    """The options, and the rules among them."""
    if found.options:
        yield _table(("option", "takes", "default", "in Spark", ""), map(_row, found.options))
    rules = [f"- {_sentence(rule.message)}" for rule in found.constraints]
    if rules:
        yield "What the compiler says when options do not go together:"
        yield "\n".join(rules)


def _example(of: Connector, role: Role, found: RoleSpecification) -> str:
    """The options that cannot be left out, and a schema where rows come without one."""
    head = f"source orders from {of.name}" if role is Role.SOURCE else f"sink orders to {of.name}"
    needed = {option.name for option in found.options if option.required}
    for rule in found.constraints:
        if rule.kind is ConstraintKind.AT_LEAST_ONE and not rule.when:
            needed.add(rule.conditions[0].option)
    streams_only = Mode.BATCH not in found.modes
    if streams_only:
        stream = "stream source orders from rate { }\n\n"
        head = f"stream {head}" if role is Role.SOURCE else stream + head
    lines = [
        f"  {option.name} = {_literal(option, option.example)}"
        for option in found.options
        if option.name in needed
        and (Mode.BATCH in option.modes or streams_only)
        and option.example is not None
        and not isinstance(option.example, tuple)
    ]
    return "\n".join((f"{head} {{", *lines, "}")) if lines else f"{head} {{ }}"


def _facts(role: Role, found: RoleSpecification) -> Iterator[str]:
    facts = []
    if found.columns:
        columns = " and ".join(
            f"`{c.name} {c.type}`" if c.name else f"one {c.type}" for c in found.columns
        )
        verb = "Without a schema its columns are" if role is Role.SOURCE else "It takes the columns"
        facts.append(f"{verb} {columns}.")
    if found.rejects:
        verb = "read into" if role is Role.SOURCE else "write"
        facts.append(f"It cannot {verb} columns of the types {', '.join(found.rejects)}.")
    if role is Role.SOURCE and found.replayable:
        facts.append("The same data can be read again after a failure.")
    if role is Role.SOURCE and found.by_position:
        facts.append("The columns of a schema are found by their places.")
    if role is Role.SINK and found.idempotent:
        facts.append("Writing the same rows again changes nothing.")
    if role is Role.SINK and found.streaming:
        modes = " and ".join((", ".join(found.output_modes[:-1]), found.output_modes[-1]))
        modes = modes.removeprefix(" and ")
        facts.append(f"Streams: output mode {modes}; {_promise(found.streaming)}.")
    if facts:
        yield " ".join(facts)


def _format_facts(of: Format, role: Role, found: RoleSpecification) -> Iterator[str]:
    if role is Role.SINK:
        makes = f"It writes one column, of the type {', '.join(of.takes)}." if of.takes else ""
        facts = [makes or "It writes any number of columns."]
    elif of.decoding is not None and of.decoding.needs_schema:
        facts = ["It needs a schema, whose fields become columns."]
    else:
        facts = [f"It becomes one column, of the type {of.decoding.type if of.decoding else ''}."]
    if found.rejects:
        verb = "read into" if role is Role.SOURCE else "write"
        facts.append(f"It cannot {verb} columns of the types {', '.join(found.rejects)}.")
    yield " ".join(facts)


def _promise(streaming: Streaming) -> str:
    """How often a row arrives, and why."""
    promise = f"{streaming.delivery.phrase}, because {streaming.reason}"
    if not streaming.keyed:
        return promise
    keyed = Delivery.EFFECTIVELY_ONCE.phrase
    return f"{promise}; with `{streaming.keyed}` {keyed}, because {streaming.keyed_reason}"


def _row(option: Option) -> tuple[str, ...]:
    remarks = [option.doc]
    if option.since != SPARK_LINES[0]:
        remarks.append(f"Since Spark {option.since}.")
    if option.modes != frozenset(Mode):
        remarks.append(f"For {' and '.join(m.value for m in Mode if m in option.modes)} only.")
    newer = [choice for choice in option.choices if choice.since != SPARK_LINES[0]]
    remarks += [f"`{choice.name}` since Spark {choice.since}." for choice in newer]
    return (
        _code(option.name),
        _type(option),
        _default(option),
        _in_spark(option),
        " ".join(remarks),
    )


def _in_spark(option: Option) -> str:
    if option.place is Place.MODE and option.modes == {Mode.STREAM}:
        return "`.outputMode(…)`"
    return _NOT_OPTIONS.get(option.place, _code(option.spark))


def _type(option: Option) -> str:
    if option.type.kind is Kind.WORD:
        return ", ".join(_code(choice.name) for choice in option.choices)
    if option.secret:
        return "secret"
    return _SHAPES[option.type.shape].format(option.type.kind.value)


def _default(option: Option) -> str:
    """What holds when the option is not written, and Spark's own default where that differs."""
    if option.required:
        return "required"
    spark = [] if option.default is None else [_code(_literal(option, option.default))]
    if option.default_text:
        spark.append(f"({option.default_text})" if spark else option.default_text)
    if option.supplied is None:
        return " ".join(spark)
    ours = _code(_literal(option, option.supplied.value))
    conditions = [_code(str(condition)) for condition in option.supplied.when]
    types = [f"columns of the type {word}" for word in option.supplied.types]
    when = " and ".join((*conditions, *types))
    theirs = " ".join(spark)
    return f"{ours} with {when}, else {theirs}" if when else f"{ours}; Spark's own is {theirs}"


def _literal(option: Option, value: Default | tuple[str, ...] | None) -> str:
    """A value as it is written in a pipeline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _size(int(value)) if option.type.kind is Kind.SIZE else str(value)
    text = str(value)
    if option.type.kind in {Kind.WORD, Kind.FORMAT, Kind.COLUMN, Kind.SCHEMA, Kind.SIZE}:
        return _word(option.choices, text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _word(choices: Iterable[Choice], text: str) -> str:
    """Our word for Spark's."""
    return next((choice.name for choice in choices if choice.spark == text), text)


def _size(size: int) -> str:
    for unit in ("b", "kb", "mb", "gb"):
        if size % 1024 or not size:
            return f"{size} {unit}"
        size //= 1024
    return f"{size} tb"


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."


def _code(text: str) -> str:
    """As code; `|` would end a cell of a table, and backticks need more backticks around them."""
    fence = "``" if "`" in text else "`"
    pad = " " if fence == "``" else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    titles = tuple(head)
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
