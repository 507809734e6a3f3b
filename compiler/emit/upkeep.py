"""The script that keeps the tables of a pipeline in order, beside the one that writes them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.docstrings import as_sentence, emit_docstring
from ssbt.compiler.emit.function import ScriptFunction
from ssbt.compiler.emit.imports import Import, collect_names, parameter_imports
from ssbt.compiler.emit.merging import memory_place
from ssbt.compiler.emit.names import identifier
from ssbt.compiler.emit.parameters import params_fields
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.scopes import ScriptContext
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import FunctionMapping
from ssbt.compiler.emit.submission import submit_lines
from ssbt.compiler.emit.templating import connector_template, render_file, render_template
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.checkpoint_folders import checkpoint_folder
from ssbt.compiler.ir.merges import find_memory
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.table_readers import table_readers
from ssbt.compiler.ir.upkeep import Upkeep

UPKEEP_SUFFIX = "_upkeep"
_HOUR = 3_600_000
_PLACES = (OptionPlacement.PATH, OptionPlacement.TABLE)


class _Reader(Struct, frozen=True):
    """A stream that reads a table, and the value of its checkpoint's folder."""

    name: str
    folder: object


def emit_upkeep(pipeline: Pipeline, context: ScriptContext, places: Places, main: str) -> str:
    """The whole script, before its layout; `main` is the call that starts it."""
    code = SettingCode(context.names, context.parameter_types)
    fields = params_fields(pipeline.parameters, context.names)
    readers = [*_find_readers(pipeline, code)]
    functions = [
        _emit_function(sink, upkeep, code, has_readers=bool(readers))
        for sink, upkeep in _list_maintained_sinks(pipeline)
    ]
    used = collect_names(text for function in functions for text in function.statements)
    standard, runtime = parameter_imports(fields, used | collect_names((main,)))
    engines = sorted({sink.connector.name for sink, _ in _list_maintained_sinks(pipeline)})
    modules = (Import(f"ssbt.runtime.upkeep.{n}", (f"maintain_{n}",)) for n in engines)
    return render_file(
        "upkeep",
        name=pipeline.name,
        version=VERSION,
        source=places.file(pipeline.span.path),
        command=submit_lines(pipeline, UPKEEP_SUFFIX),
        import_groups=[each for each in (standard, (runtime, *modules)) if each],
        params=render_template("params", fields=fields) if fields else "",
        readers=readers,
        functions_in_order=functions,
        main=main,
    )


def _list_maintained_sinks(pipeline: Pipeline) -> Iterator[tuple[Sink, Upkeep]]:
    sinks = {sink.name: sink for sink in pipeline.sinks}
    for upkeep in pipeline.upkeep:
        if upkeep.sink in sinks:
            yield sinks[upkeep.sink], upkeep


def _find_readers(pipeline: Pipeline, code: SettingCode) -> Iterator[_Reader]:
    """The streams of the pipeline that read tables, where files of tables are deleted."""
    root = pipeline.checkpoint
    if root is None or not any(each.retention for each in pipeline.upkeep):
        return
    for name in table_readers(pipeline):
        yield _Reader(name, code.value(checkpoint_folder(root, name)))


def _emit_function(
    sink: Sink, upkeep: Upkeep, code: SettingCode, *, has_readers: bool
) -> ScriptFunction:
    """The function for a table, and its companion."""
    name, description = f"maintain_{identifier(sink.name)}", as_sentence(upkeep.description)
    statements = [_emit_call(sink, upkeep, code, has_readers=has_readers)]
    if (memory := find_memory(sink.settings)) is not None:
        # A comment is a line of its own.
        statements += _emit_call(sink, upkeep, code, beside=memory[0]).splitlines()
    return ScriptFunction(
        mapping=FunctionMapping(name, f"maintain {sink.name}", upkeep.span),
        frames=(),
        returns="None",
        docstring=emit_docstring(description, 1) if description else "",
        statements=tuple(statements),
        takes_job=True,
    )


def _emit_call(
    sink: Sink, upkeep: Upkeep, code: SettingCode, *, has_readers: bool = False, beside: str = ""
) -> str:
    """The call that keeps the table of a sink in order, or the one `beside` it."""
    specification, settings = sink.connector.upkeep, sink.settings
    path, table = (_place(settings, code, each) for each in _PLACES)
    if beside:
        memory = memory_place(settings, code)
        path, table = (memory, None) if path is not None else (None, memory)
    values: dict[str, object] = {
        "name": f"{sink.name} ({beside})" if beside else sink.name,
        "path": None if table is not None else path,
        "table": table,
        "beside": beside,
        "hours": None if upkeep.retention is None else -(-upkeep.retention // _HOUR),
        "has_readers": has_readers and upkeep.retention is not None,
        "given": code.template_values(
            upkeep.settings, specification.options if specification is not None else ()
        ),
    }
    return connector_template(sink.connector, "upkeep").render(values).strip()


def _place(settings: Settings, code: SettingCode, place: OptionPlacement) -> object:
    setting = settings.at(place)
    return code.value(setting.value) if setting is not None else None
