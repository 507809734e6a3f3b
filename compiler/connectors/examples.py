"""Values of options as they are written in a pipeline, for pages and for findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.specification import Choice, Default, Option, Shape, ValueKind

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXAMPLES = {
    ValueKind.STRING: '"…"',
    ValueKind.BOOLEAN: "true",
    ValueKind.INTEGER: "10",
    ValueKind.NUMBER: "0.1",
    ValueKind.DURATION: "10 minutes",
    ValueKind.SIZE: "64 mb",
    ValueKind.COLUMN: "COLUMN",
    ValueKind.SCHEMA: "SCHEMA",
    ValueKind.TRIGGER: "every 1 minute",
    ValueKind.CONNECTION: "CONNECTION",
    ValueKind.MILLISECONDS: "5 seconds",
    ValueKind.FORMAT: "json",
    ValueKind.INSTANT: '"2026-01-31T12:00:00Z"',
    ValueKind.PARTITIONS: "{ orders = [0, 1] }",
    ValueKind.OFFSETS: '{ "orders-0" = 23 }',
    ValueKind.INSTANTS: '{ "orders-0" = "2026-01-31T12:00:00Z" }',
    ValueKind.CONDITION: "day = date '2026-01-31'",
    ValueKind.FUNCTION: '"module.py:function"',
    ValueKind.DATETIME_PATTERN: '"dd.MM.yyyy"',
    ValueKind.CHAR: '";"',
    ValueKind.MAP: '{ "key" = "value" }',
}


def spell_example(option: Option) -> str:
    """The option with a value that it takes: `value = json`."""
    if option.secret:
        return f"{option.name} = SECRET"
    if option.example is not None and not isinstance(option.example, tuple):
        value = render_literal(option, option.example)
        value = f"{{ {value} = 1 }}" if option.type.kind is ValueKind.MAP else value
    elif option.choices and option.type.kind in {ValueKind.WORD, ValueKind.FORMAT}:
        value = option.choices[0].name
    else:
        value = _EXAMPLES[option.type.kind]
    if option.type.shape is Shape.LIST:
        value = f"[{value}]"
    return f"{option.name} = {value}"


def introduce_option(option: Option) -> str:
    """An example, and the first sentence of what is said about the option."""
    sentence = option.doc.replace("\n", " ").partition(". ")[0].removesuffix(".")
    return f"`{spell_example(option)}`: {sentence[:1].lower()}{sentence[1:]}"


def render_literal(option: Option, value: Default | tuple[str, ...] | None) -> str:
    """A value as it is written in a pipeline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _render_size(int(value)) if option.type.kind is ValueKind.SIZE else str(value)
    text = str(value)
    if option.type.kind in {
        ValueKind.WORD,
        ValueKind.FORMAT,
        ValueKind.COLUMN,
        ValueKind.SCHEMA,
        ValueKind.SIZE,
        ValueKind.DURATION,
        ValueKind.MILLISECONDS,
        ValueKind.TRIGGER,
        ValueKind.CONDITION,
        ValueKind.CONNECTION,
    }:
        return _language_word(option.choices, text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _language_word(choices: Iterable[Choice], text: str) -> str:
    """Our word for Spark's."""
    return next((choice.name for choice in choices if choice.spark == text), text)


def _render_size(size: int) -> str:
    for unit in ("b", "kb", "mb", "gb"):
        if size % 1024 or not size:
            return f"{size} {unit}"
        size //= 1024
    return f"{size} tb"
