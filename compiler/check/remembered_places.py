"""Tables beside those that are merged into: whether what names them is a path or a name."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.locations import fill_parameters
from ssbt.compiler.ir.merges import find_memory
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.table_names import find_name_problem


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each `deleted` or `hidden` that is not said as the table itself is."""
    for sink in pipeline.sinks:
        memory = find_memory(sink.settings)
        setting = sink.settings.find(memory[0]) if memory is not None else None
        if setting is not None and setting.span is not None:
            problem = _find_problem(sink, setting)
            if problem:
                text = fill_parameters(setting.value, {})
                message = f"`{setting.option.name}` cannot be `{text}`: {problem}"
                kind = "path" if sink.settings.at(OptionPlacement.PATH) is not None else "name"
                help_ = (f"write a {kind}, or leave it out: the table is then beside this one",)
                yield Diagnostic(UNFIT_VALUE, message, Label(setting.span), (), help_)


def _find_problem(sink: Sink, setting: Setting) -> str:
    text = fill_parameters(setting.value, {})
    path = sink.settings.at(OptionPlacement.PATH)
    table = sink.settings.at(OptionPlacement.TABLE)
    if path is not None:
        # A name with a dot and no folder is that of a table, unless the sink itself lies so.
        is_name = "/" not in text and "." in text and "/" in fill_parameters(path.value, {})
        return "it is the path of a folder here, as the `path` of the sink is" if is_name else ""
    if table is None or not isinstance(setting.value, str | Text):
        return ""
    if "/" in text and "`" not in text:
        return "it is the name of a table here, as the `table` of the sink is"
    problem, _ = find_name_problem(text)
    if not problem and table.option.pattern and not re.fullmatch(table.option.pattern, text):
        problem = f"it has to be {table.option.pattern_text}"
    return problem
