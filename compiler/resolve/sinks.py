"""What a sink says of the stream that flows into it."""

from __future__ import annotations

from collections.abc import Callable

from ssbt.compiler.connectors.settings import FunctionName, Settings
from ssbt.compiler.connectors.specification import Delivery, Place
from ssbt.compiler.connectors.triggers import Trigger
from ssbt.compiler.diagnostics.codes import connectors as codes_of_connectors
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.ir.streams import OutputMode, PythonFunction, StreamWrite
from ssbt.compiler.resolve.code_steps import python_target
from ssbt.compiler.resolve.modules import Purpose
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import values as v

AddModule = Callable[[Span, str, str, Purpose], str | None]


def stream_write(settings: Settings, add_module: AddModule, report: Report) -> StreamWrite:
    """The stream side of a sink's settings."""
    mode, trigger = settings.at(Place.MODE), settings.at(Place.TRIGGER)
    require = settings.at(Place.REQUIRE)
    return StreamWrite(
        OutputMode(mode.value) if mode is not None else OutputMode.APPEND,
        mode.span if mode is not None else None,
        trigger.value if trigger is not None and isinstance(trigger.value, Trigger) else None,
        Delivery(require.value) if require is not None else None,
        _function(settings, add_module, report),
    )


def allowed_tags(
    entries: tuple[v.Entry, ...], report: Report
) -> tuple[tuple[str, ...], tuple[v.Entry, ...]]:
    """The tags in `allow = […]`, which every sink may say, and the entries without it."""
    tags: list[str] = []
    for entry in entries:
        if entry.name.text == "allow":
            items = entry.value.items if isinstance(entry.value, v.ListValue) else ()
            tags += [item.text.lower() for item in items if isinstance(item, v.WordValue)]
            if len(tags) != len(items) or not items:
                message = "`allow` is a list of tags such as `[pii]`"
                report.add(codes_of_connectors.WRONG_TYPE, entry.value.span, message)
    return tuple(tags), tuple(entry for entry in entries if entry.name.text != "allow")


def _function(settings: Settings, add_module: AddModule, report: Report) -> PythonFunction | None:
    setting = settings.at(Place.FUNCTION)
    if setting is None or not isinstance(setting.value, FunctionName):
        return None
    target = python_target(setting.value.text)
    if target is None:
        message = f'"{setting.value.text}" names no function'
        help_ = 'write it as "module.py:function", the file relative to this one'
        report.add(codes.BAD_MODULE, setting.value.span, message, help=help_)
        return None
    path, name = target
    module = add_module(setting.value.span, path, name, Purpose.BATCH_FUNCTION)
    return PythonFunction(module, name) if module is not None else None
