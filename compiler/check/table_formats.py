"""The connector that knows the format in which a sink stores its columns, and its options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Connector, OptionPlacement
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.pipeline import Pipeline, Sink


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each misspelt option or property of a new table, by its format."""
    for sink in pipeline.sinks:
        storing = find_storing_connector(sink)
        if storing is not sink.connector:
            yield from _check_keys(sink, "options", _list_options(storing), storing)
            named = storing.sink.option("properties") if storing.sink is not None else None
            known_keys = named.known_keys if named is not None else ()
            yield from _check_keys(sink, "properties", known_keys, storing)


def _check_keys(
    sink: Sink, name: str, known_keys: Iterable[str], storing: Connector
) -> Iterator[Diagnostic]:
    setting = sink.settings.find(name)
    known = {each.casefold(): each for each in known_keys}
    if setting is None or setting.span is None:
        return
    for each in setting.value if isinstance(setting.value, tuple) else ():
        key = str(each[0]) if isinstance(each, tuple) else ""
        near = did_you_mean(key.casefold(), known) if key.casefold() not in known else None
        if near is not None:
            message = f"`{storing.name}` knows no `{key}`"
            help_ = (f"it knows `{known[near]}`",)
            yield Diagnostic(UNFIT_VALUE, message, Label(setting.span), (), help_)


def _list_options(connector: Connector) -> Iterator[str]:
    """Spark's keys of what a format is read and written with: others it passes over."""
    for role in (connector.source, connector.sink):
        for option in role.options if role is not None else ():
            if option.place is OptionPlacement.OPTION and "*" not in option.spark:
                yield option.spark


def find_storing_connector(sink: Sink) -> Connector:
    """The one of the `format` that a sink creates its table in, if it names one, or its own."""
    setting = sink.settings.find("format")
    named = find_connector(setting.value) if setting and isinstance(setting.value, str) else None
    return named if named is not None and named.sink is not None else sink.connector


def find_property(sink: Sink, name: str) -> object:
    """The value of a property that a new table is given; None where the sink names no such one."""
    properties = sink.settings.find("properties")
    items = properties.value if properties is not None else ()
    for each in items if isinstance(items, tuple) else ():
        if isinstance(each, tuple) and str(each[0]).casefold() == name.casefold():
            return each[1]
    return None
