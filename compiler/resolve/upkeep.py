"""Declarations `maintain`: which sink's table each is about, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import upkeep as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir.upkeep import Upkeep
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name


def resolve_upkeep(
    nodes: Iterable[d.Maintain],
    sinks: Iterable[d.SinkWrite],
    options: OptionResolver,
    report: Report,
    describe: Callable[[Span], str],
) -> tuple[Upkeep, ...]:
    """What is said of tables; a declaration of a sink that there is not, or twice, is reported."""
    sinks_by_name = {sink_name(each).text.casefold(): each for each in sinks}
    resolved: list[Upkeep] = []
    first_nodes: dict[str, d.Maintain] = {}
    for node in nodes:
        key = node.sink.text.casefold()
        sink = sinks_by_name.get(key)
        if sink is None:
            _report_unknown(node.sink, [sink_name(each).text for each in sinks], report)
            continue
        first = first_nodes.setdefault(key, node)
        if first is not node:
            message = f"`{node.sink.text}` is maintained twice"
            also = (Label(first.sink.span, "here already"),)
            help_ = "let one `maintain` say all of it"
            code = name_codes.DUPLICATE_DECLARATION
            report.add(code, node.sink.span, message, also=also, help=help_)
            continue
        connector = Name(node.sink.span, sink.connector.text)
        settings = options.resolve_settings(Role.UPKEEP, connector, node.entries)
        if settings is not None:
            name, text = sink_name(sink).text, describe(node.span)
            resolved.append(Upkeep(name, settings[1], text, node.span))
    return tuple(resolved)


def sink_name(node: d.SinkWrite) -> Name:
    """What a sink is called."""
    return node.name or node.dataset


def _report_unknown(name: Name, names: list[str], report: Report) -> None:
    message = f"there is no sink `{name.text}` to maintain"
    report.add_unknown_name(codes.UNKNOWN_SINK, name.span, message, name.text, names, "sinks")
