"""Reading and writing through a connector, by its own templates.

A template yields one Python expression; its layout does not matter. Comments stand on lines of
their own. `read.py.j2` knows

- `reader`: `read` or, for a stream, `readStream`;
- `connection`: the code of the options that a connection gives, or nothing;
- `options`: each with `name`, `value` and `reason`, why the compiler added it, else empty;
- `schema`: the code of the DDL text to read with, or nothing;
- `paths`: one path, or several in a list.

and `write.py.j2` knows

- `dataset`: the code of the DataFrame, its rows counted;
- `connection` and `options` as above; `mode`, `path`, `table`, `coalesce`, `repartition`,
  `partition_by`, `bucket_by`, `buckets`: what the settings at the place of that name say, or
  nothing;
- `sort_by` for the rows of buckets, as names; `sort_within` for those of files, as references.

`write_stream.py.j2` yields a DataStreamWriter that is not started. It knows `dataset`,
`connection`, `options`, `mode`, `path`, `coalesce`, `repartition` and `partition_by` as above,
`trigger`, the arguments of the method in code, and `function`, the name of the user's function.

Values go through the filter `literal`, reasons through `comment`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import ColumnName, SecretName, Settings
from ssbt.compiler.connectors.specification import Connector, Place
from ssbt.compiler.connectors.triggers import Trigger, TriggerKind
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.docstrings import comment
from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.templating import connector_template
from ssbt.compiler.ir.pipeline import Connection
from ssbt.compiler.types.datatypes import BOOLEAN, DataType
from ssbt.compiler.types.quoting import quoted_name


class EmittedOption(Struct, frozen=True):
    """One `.option(…)` with a value for the filter `literal`."""

    name: str
    value: object
    reason: str


class SettingCode:
    """Values of settings as values that `literal` takes, with parameters read from the job."""

    def __init__(self, names: ScriptNames, types: Mapping[str, DataType]) -> None:
        self._names = names
        self._types = types

    def value(self, value: object) -> object:
        """A scalar or several."""
        match value:
            case ParamUse():
                return PythonCode(self._param(value))
            case SecretName():
                return PythonCode(f"job.secret({python_literal(value.name)})")
            case Text():
                if value.sole_param:
                    return PythonCode(self._in_text(value.sole_param, alone=True))
                parts = [
                    part if isinstance(part, str) else PythonCode(self._in_text(part, alone=False))
                    for part in value.parts
                ]
                return PythonCode(f_string(parts))
            case ColumnName():
                return value.name
            case tuple():
                return [self.value(item) for item in value]
        return value

    def options(self, settings: Settings) -> list[EmittedOption]:
        """All options, in order."""
        return [
            EmittedOption(option.name, self.value(option.value), option.reason)
            for option in settings.spark_options()
        ]

    def connection(self, settings: Settings) -> str | None:
        """The options that the connection of a source or sink gives, in code."""
        named = settings.connection
        if named is None:
            return None
        return f"{self._names.connections[named.name.casefold()]}(job)"

    def shared(self, settings: Settings) -> list[EmittedOption]:
        """The options of a connection: texts for Spark, and references to secrets."""
        return [
            EmittedOption(option.name, self._shared(option.value), option.reason)
            for option in settings.spark_options()
        ]

    def _shared(self, value: object) -> object:
        match value:
            case SecretName():
                return PythonCode(f"Secret({python_literal(value.name)})")
            case ParamUse():
                return PythonCode(self._in_text(value, alone=True))
            case bool():
                return str(value).lower()
            case int() | float():
                return str(value)
        return self.value(value)

    def _param(self, use: ParamUse) -> str:
        return f"job.params.{self._names.params[use.name]}"

    def _in_text(self, use: ParamUse, alone: bool) -> str:
        code, data_type = self._param(use), self._types[use.name]
        if data_type == BOOLEAN:
            return f"str({code}).lower()"
        is_text = data_type.sql.startswith("STRING")
        return f"str({code})" if alone and not is_text else code


def reading(
    connector: Connector,
    settings: Settings,
    code: SettingCode,
    schema: str | None,
    added: tuple[tuple[str, str], ...],
    *,
    streaming: bool = False,
) -> str:
    """The code of the DataFrame that a source reads; `schema` is the name of a constant."""
    paths = settings.at(Place.LOAD)
    context = {
        "reader": "readStream" if streaming else "read",
        "connection": code.connection(settings),
        "options": code.options(settings),
        "schema": _schema(schema, added),
        "paths": code.value(paths.value) if paths else None,
    }
    return connector_template(connector, "read").render(context).strip()


def _schema(schema: str | None, added: tuple[tuple[str, str], ...]) -> str | None:
    if schema is None or not added:
        return schema
    ddl = "".join(f", {quoted_name(name)} {type_text}" for name, type_text in added)
    return f_string([PythonCode(schema), ddl])


def writing(connector: Connector, settings: Settings, code: SettingCode, dataset: str) -> str:
    """The code that writes the DataFrame in `dataset`."""
    places = ("mode", "path", "table", "coalesce", "repartition", "partition_by", "bucket_by")
    context = _at_places(settings, code, (*places, "buckets", "sort_by"))
    if context["bucket_by"] is None:
        context["sort_by"] = None
    context["sort_within"] = settings.sort_within()
    context |= {"options": code.options(settings), "dataset": dataset}
    context["connection"] = code.connection(settings)
    return connector_template(connector, "write").render(context).strip()


def stream_writing(
    connector: Connector,
    settings: Settings,
    code: SettingCode,
    dataset: str,
    trigger: Trigger | None,
    function: str | None,
) -> str:
    """The code of the writer of the stream in `dataset`; `function` is a name in the script."""
    places = ("mode", "path", "coalesce", "repartition", "partition_by")
    context = _at_places(settings, code, places)
    context |= {"options": code.options(settings), "dataset": dataset, "function": function}
    context["connection"] = code.connection(settings)
    context["trigger"] = _trigger(trigger) if trigger is not None else None
    return connector_template(connector, "write_stream").render(context).strip()


def connecting(connection: Connection, code: SettingCode) -> str:
    """The code of the options that a connection gives."""
    items = "".join(
        "".join(f"\n{line}\n" for line in comment(option.reason) if option.reason)
        + f"{python_literal(option.name)}: {python_literal(option.value)},"
        for option in code.shared(connection.settings)
    )
    options = f"job.connection({python_literal(connection.name)}, {{{items}}})"
    kind = connection.connector.connection
    return f"{kind.function}({options})" if kind is not None and kind.function else options


def _at_places(settings: Settings, code: SettingCode, places: Iterable[str]) -> dict[str, object]:
    found = {place: settings.at(Place(place)) for place in places}
    return {place: code.value(each.value) if each else None for place, each in found.items()}


def _trigger(trigger: Trigger) -> str:
    """The arguments of `trigger`."""
    match trigger.kind:
        case TriggerKind.EVERY:
            return f"processingTime={python_literal(trigger.interval)}"
        case TriggerKind.CONTINUOUS:
            return f"continuous={python_literal(trigger.interval)}"
        case TriggerKind.REAL_TIME:
            return f"realTime={python_literal(trigger.interval or '5 minutes')}"
        case TriggerKind.ONCE:
            return "once=True"
        case TriggerKind.AVAILABLE_NOW:
            return "availableNow=True"
