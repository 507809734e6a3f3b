"""Reading the options and constraints of a `connector.toml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    ChangeFeed,
    Choice,
    CompilerDefault,
    Condition,
    Constraint,
    ConstraintKind,
    Default,
    Mode,
    Option,
    OptionPlacement,
    OptionType,
    Shape,
    TextForm,
    Topics,
    ValueKind,
)
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.connectors.toml_table import TomlTable

T = TypeVar("T")

SNAKE_CASE = lazy_pattern(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_SHAPES = {"": Shape.ONE, "list of ": Shape.LIST, "one or more ": Shape.ONE_OR_LIST}
TYPES = {
    f"{prefix}{kind.value}": OptionType(kind, shape)
    for kind in ValueKind
    for prefix, shape in _SHAPES.items()
}
_PLACES = {place.value: place for place in OptionPlacement}
_TOPICS: dict[str, Topics | None] = {"": None, **{each.value: each for each in Topics}}
_FORMS: dict[str, TextForm | None] = {"": None, **{each.value: each for each in TextForm}}
_MODES = {mode.value: mode for mode in Mode}


def read_options(table: TomlTable) -> Iterator[Option]:
    """The options of a `[…options]` table, in the order of the file."""
    for key, entry in table.take_tables():
        yield _read_option(key, entry)


def _read_option(key: str, table: TomlTable) -> Option:
    name = table.text("name", key)
    if not SNAKE_CASE.fullmatch(name):
        raise table.error("", f"`{name}` is not a name in snake_case")
    option = Option(
        name=name,
        spark=table.text("spark") or camel_case(name),
        type=_read_member(table, "type", TYPES, "string"),
        doc=table.required_text("doc"),
        place=_read_member(table, "place", _PLACES, OptionPlacement.OPTION.value),
        modes=read_modes(table, default=("batch", "stream")),
        required=table.value("required", bool, False),
        default=table.scalar("default"),
        default_text=table.text("default_text"),
        compiler_default=_read_compiler_default(table.table("supplied")),
        choices=tuple(_read_choices(table)),
        open=table.value("open", bool, False),
        minimum=table.number("minimum"),
        maximum=table.number("maximum"),
        pattern=_read_pattern(table),
        pattern_text=table.text("pattern_text"),
        secret=table.value("secret", bool, False),
        connection=table.text("connection"),
        since=_read_since(table),
        aliases=table.texts("aliases") or (),
        column_types=table.texts("column_types") or (),
        adds_column=table.text("adds_column"),
        adds_columns=tuple(_read_added_columns(table.table("adds_columns"))),
        feed=_read_feed(table.table("feed")),
        connection_only=table.value("connection_only", bool, False),
        changes_values=table.value("changes_values", bool, True),
        identity=table.value("identity", bool, False),
        address=table.value("address", bool, False),
        topics=_read_member(table, "topics", _TOPICS, ""),
        form=_read_member(table, "form", _FORMS, ""),
        transforms=table.texts("transforms") or (),
        is_kept=table.value("is_kept", bool, False),
        known_keys=table.texts("known_keys") or (),
        known_values=tuple(_read_known_values(table.table("known_values"))),
        example=_read_example(table),
    )
    _check_option(option, table)
    table.close()
    return option


def _check_option(option: Option, table: TomlTable) -> None:
    """What one key alone cannot show."""
    if option.type.kind is not ValueKind.INTEGER and bool(option.choices) != (
        option.type.kind in (ValueKind.WORD, ValueKind.OFFSETS)
    ):
        raise table.error("choices", "go with the types `word` and `integer`, and only with them")
    if option.pattern and not option.pattern_text:
        raise table.error("pattern_text", "is missing: say the pattern in words")
    if (option.type.kind is ValueKind.CONNECTION) != bool(option.connection):
        raise table.error("connection", "goes with the type `connection`, and only with it")
    if option.adds_columns and option.type != OptionType(ValueKind.BOOLEAN):
        raise table.error("adds_columns", "is for options of the type `boolean`")
    if option.secret and option.type != OptionType(ValueKind.STRING):
        raise table.error("secret", "is for options of the type `string`")
    compiler_default = option.compiler_default
    if compiler_default and option.choices and not option.choice(str(compiler_default.value)):
        raise table.error("supplied.value", f"`{compiler_default.value}` is not one of the choices")


def _read_choices(table: TomlTable) -> Iterator[Choice]:
    """`choices` is a list of words, or a table of `word = "SPARK'S WORD"` or of tables."""
    entries = table.table("choices") if not table.holds_list("choices") else None
    if entries is None:
        for word in table.texts("choices") or ():
            yield Choice(_require_lower_case(word, table), word)
        return
    for word, value in entries.take_items():
        if isinstance(value, str):
            yield Choice(_require_lower_case(word, table), value)
        else:
            yield _read_choice(_require_lower_case(word, table), entries.sub_table(word, value))


def _require_lower_case(word: str, table: TomlTable) -> str:
    if word != word.casefold():
        raise table.error("choices", f"`{word}` is not in lower case")
    return word


def _read_choice(word: str, table: TomlTable) -> Choice:
    choice = Choice(
        word,
        table.text("spark", word),
        _read_since(table),
        table.text("doc"),
        table.text("adds_column"),
        tuple(_read_settings(table.table("settings"))),
        table.texts("packages") or (),
    )
    table.close()
    return choice


def _read_settings(table: TomlTable | None) -> Iterator[tuple[str, Default]]:
    if table is None:
        return
    for name, value in table.take_items():
        if not isinstance(value, Default):
            raise table.error(name, "is no text, number or boolean")
        yield name, value
    table.close()


def _read_added_columns(table: TomlTable | None) -> Iterator[tuple[str, str]]:
    if table is None:
        return
    for name, type_text in table.take_items():
        if not isinstance(type_text, str):
            raise table.error(name, "is no type")
        yield name, type_text


def _read_known_values(table: TomlTable | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, values in table.take_items() if table is not None else ():
        yield key.casefold(), tuple(str(values).split(" | "))


def _read_feed(table: TomlTable | None) -> ChangeFeed | None:
    if table is None:
        return None
    feed = ChangeFeed(
        table.required_text("kind"),
        table.required_text("deleted"),
        table.text("replaced"),
        table.texts("versions") or (),
        table.texts("unordered") or (),
    )
    table.close()
    return feed


def _read_compiler_default(table: TomlTable | None) -> CompilerDefault | None:
    if table is None:
        return None
    value = table.scalar("value")
    if value is None:
        raise table.error("value", "is missing")
    reason = table.required_text("reason")
    # It becomes a comment of the script: a second line would be code.
    if len(reason.splitlines()) != 1:
        raise table.error("reason", "must be one line")
    compiler_default = CompilerDefault(
        value,
        reason,
        when=read_conditions(table, "when"),
        when_any=read_conditions(table, "when_any"),
        unless=read_conditions(table, "unless"),
        types=table.texts("types") or (),
    )
    table.close()
    return compiler_default


def read_constraints(table: TomlTable) -> Iterator[Constraint]:
    """The rules of a list `[[…constraints]]`."""
    for entry in table.tables("constraints"):
        yield _read_constraint(entry)


def _read_constraint(table: TomlTable) -> Constraint:
    kinds = [kind for kind in ConstraintKind if table.has(kind.value)]
    if len(kinds) != 1:
        key_names = ", ".join(kind.value for kind in ConstraintKind)
        raise table.error("", f"a constraint has exactly one of the keys {key_names}")
    constraint = Constraint(
        kind=kinds[0],
        when=read_conditions(table, "when"),
        conditions=read_conditions(table, kinds[0].value),
        message=table.required_text("message"),
        help=table.text("help"),
        before=_read_spark_line(table, "before"),
        modes=read_modes(table, default=tuple(mode.value for mode in Mode)),
    )
    table.close()
    return constraint


def read_conditions(table: TomlTable, key: str) -> tuple[Condition, ...]:
    """`"mode"`, `"mode = overwrite | append"`, `quote = ""`, or a list of such."""
    return tuple(_parse_condition(text) for text in table.texts(key) or ())


def _parse_condition(text: str) -> Condition:
    name, _, values = text.partition("=")
    words = (each.strip() for each in values.split("|"))
    return Condition(name.strip(), tuple("" if w == '""' else w for w in words if w))


def read_modes(table: TomlTable, default: tuple[str, ...]) -> frozenset[Mode]:
    """The key `modes`: batch, stream, or both."""
    texts = table.texts("modes")
    names = default if texts is None else texts
    for name in names:
        if name not in _MODES:
            raise table.error("modes", f"`{name}` is neither batch nor stream")
    return frozenset(_MODES[name] for name in names)


def camel_case(name: str) -> str:
    """`merge_schema` as Spark writes it: `mergeSchema`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _read_since(table: TomlTable) -> str:
    return _read_spark_line(table, "since") or SPARK_LINES[0]


def _read_spark_line(table: TomlTable, key: str) -> str:
    """A Spark line, or nothing."""
    line = table.text(key)
    if line and line not in SPARK_LINES:
        raise table.error(key, f"`{line}` is not one of {', '.join(SPARK_LINES)}")
    return line


def _read_pattern(table: TomlTable) -> str:
    pattern = table.text("pattern")
    try:
        re.compile(pattern)
    except re.error as error:
        raise table.error("pattern", f"is no regular expression: {error}") from error
    return pattern


def _read_example(table: TomlTable) -> str | bool | int | float | tuple[str, ...] | None:
    if table.holds_list("example"):
        return table.texts("example")
    return table.scalar("example")


def _read_member(table: TomlTable, key: str, members: dict[str, T], default: str) -> T:
    text = table.text(key, default)
    if text not in members:
        raise table.error(key, f"`{text}` is not one of {', '.join(members)}")
    return members[text]
