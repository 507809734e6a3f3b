"""Reading and writing through a connector, by its own templates.

A template yields one Python expression; its layout does not matter. Comments stand on lines of
their own. `read.py.j2` knows

- `options`: each with `name`, `value` and `reason`, why the compiler added it, else empty;
- `schema`: the code of the DDL text to read with, or nothing;
- `paths`: one path, or several in a list.

and `write.py.j2` knows

- `dataset`: the code of the DataFrame, its rows counted;
- `options` as above, `mode`, `path`, `table`, `coalesce`, `repartition`, `partition_by`,
  `bucket_by`, `buckets`: what the settings at the place of that name say, or nothing;
- `sort_by` for the rows of buckets, as names; `sort_within` for those of files, as references.

Values go through the filter `literal`, reasons through `comment`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import ColumnName, Settings
from ssbt.compiler.connectors.specification import Connector, Place, Role
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.literals import PythonCode, f_string
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.templating import connector_template
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
) -> str:
    """The code of the DataFrame that a source reads; `schema` is the name of a constant."""
    paths = settings.at(Place.LOAD)
    context = {
        "options": code.options(settings),
        "schema": _schema(schema, added),
        "paths": code.value(paths.value) if paths else None,
    }
    return connector_template(connector, Role.SOURCE).render(context).strip()


def _schema(schema: str | None, added: tuple[tuple[str, str], ...]) -> str | None:
    if schema is None or not added:
        return schema
    ddl = "".join(f", {quoted_name(name)} {type_text}" for name, type_text in added)
    return f_string([PythonCode(schema), ddl])


def writing(connector: Connector, settings: Settings, code: SettingCode, dataset: str) -> str:
    """The code that writes the DataFrame in `dataset`."""

    def at(place: Place) -> object:
        setting = settings.at(place)
        return code.value(setting.value) if setting else None

    places = ("mode", "path", "table", "coalesce", "repartition", "partition_by", "bucket_by")
    context = {place: at(Place(place)) for place in (*places, "buckets")}
    is_bucketed = context["bucket_by"] is not None
    context["sort_by"] = at(Place.SORT_BY) if is_bucketed else None
    context["sort_within"] = settings.sort_within()
    context |= {"options": code.options(settings), "dataset": dataset}
    return connector_template(connector, Role.SINK).render(context).strip()
