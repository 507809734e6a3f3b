"""Options and connectors in words, from their specifications."""

from __future__ import annotations

from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Choice,
    Connector,
    Option,
    Shape,
    ValueKind,
)
from ssbt.compiler.lsp.options import block_options, connector_name, find_usable_connector
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v

_SHAPES = {Shape.ONE: "{}", Shape.LIST: "list of {}", Shape.ONE_OR_LIST: "{} or list"}


def option_hover(node: d.Declaration, offset: int) -> tuple[Span, str] | None:
    """What to say at an offset in the declaration of a source or sink."""
    if not isinstance(node, d.SourceRead | d.SinkWrite | d.Connection):
        return None
    connector = connector_name(node)
    if _is_within(connector.span, offset):
        specification = find_usable_connector(connector.text)
        return (
            (connector.span, connector_page(specification)) if specification is not None else None
        )
    for entry, option in block_options(node):
        if _is_within(entry.name.span, offset):
            return entry.name.span, option_page(option)
        for value in nodes(entry.value):
            if isinstance(value, v.WordValue) and _is_within(value.span, offset):
                choice = option.choice(value.text)
                return (value.span, choice_page(choice)) if choice is not None else None
    return None


def upkeep_hover(
    node: d.Maintain, sink: d.SinkWrite | None, offset: int
) -> tuple[Span, str] | None:
    """What to say at an offset in the upkeep of the table of a sink."""
    connector = find_usable_connector(sink.connector.text) if sink is not None else None
    for entry in node.entries:
        if connector is not None and connector.upkeep is not None:
            option = connector.upkeep.option(entry.name.text)
            if option is not None and _is_within(entry.name.span, offset):
                return entry.name.span, option_page(option)
    return None


def connector_page(connector: Connector) -> str:
    """What a connector is."""
    return "\n\n".join(
        part
        for part in (f"**{connector.title}**", connector.summary, connector.doc.strip())
        if part
    )


def option_page(option: Option) -> str:
    """What an option takes, its default, and what it does."""
    facts = [f"`{option.name}`: {option_type(option)}"]
    if option.required:
        facts.append("required")
    elif option.compiler_default is not None:
        facts.append(f"`{_format_value(option.compiler_default.value)}` unless given")
    elif option.default is not None:
        facts.append(f"default `{_format_value(option.default)}`")
    elif option.default_text:
        facts.append(f"default: {option.default_text}")
    parts = [", ".join(facts), option.doc]
    choices = [f"- {choice_page(choice)}" for choice in option.choices if choice.doc]
    if choices:
        parts.append("\n".join(choices))
    if option.since != SPARK_LINES[0]:
        parts.append(f"Since Spark {option.since}.")
    return "\n\n".join(part for part in parts if part)


def option_type(option: Option) -> str:
    """What an option takes, in a few words."""
    if option.type.kind is ValueKind.WORD:
        return ", ".join(f"`{choice.name}`" for choice in option.choices)
    if option.secret:
        return "secret"
    return _SHAPES[option.type.shape].format(option.type.kind.value)


def choice_page(choice: Choice) -> str:
    """What a choice means."""
    since = f" Since Spark {choice.since}." if choice.since != SPARK_LINES[0] else ""
    return f"`{choice.name}`: {choice.doc}{since}" if choice.doc else f"`{choice.name}`{since}"


def _format_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_within(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
