"""Values of settings as values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConditionText,
    ConnectionName,
    SecretName,
    Settings,
)
from ssbt.compiler.connectors.specification import Option, OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.schema_texts import SchemaTexts
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.types.datatypes import BOOLEAN, TIMESTAMP, DataType


class EmittedOption(Struct, frozen=True):
    """One `.option(…)` with a value for the filter `literal`."""

    name: str
    value: object
    reason: str


def emit_secret_name(name: str) -> PythonCode:
    """The code of what the runtime replaces by a secret."""
    return _render_value("secret_name", name=name)


class SettingCode:
    """Values of settings as values that `literal` takes, with parameters read from the job."""

    def __init__(self, names: ScriptNames, types: Mapping[str, DataType]) -> None:
        self._names = names
        self._types = types

    def value(self, value: object) -> object:
        """A scalar or several."""
        match value:
            case ParamUse():
                if self._types[value.name] == TIMESTAMP:
                    return _render_value("epoch_milliseconds", parameter=self._emit_param(value))
                return PythonCode(self._emit_param(value))
            case SecretName():
                return _render_value("secret", name=value.name)
            case Text():
                if value.sole_param:
                    return PythonCode(self._emit_param_in_text(value.sole_param, alone=True))
                parts = [
                    part
                    if isinstance(part, str)
                    else PythonCode(self._emit_param_in_text(part, alone=False))
                    for part in value.parts
                ]
                return PythonCode(f_string(parts))
            case ConditionText():
                return PythonCode(" + ".join(map(self._emit_condition_part, value.parts)))
            case ColumnName():
                return value.name
            case ConnectionName():
                return PythonCode(self._emit_connection(value))
            case tuple():
                return [self.value(item) for item in value]
            case _:
                return value

    def options(self, settings: Settings) -> list[EmittedOption]:
        """All options, in order."""
        return [
            EmittedOption(option.name, self.value(option.value), option.reason)
            for option in settings.spark_options()
        ]

    def connection(self, settings: Settings) -> str | None:
        """The options that the connection of a source or sink gives, in code."""
        connection_name = settings.connection
        return self._emit_connection(connection_name) if connection_name is not None else None

    def text_options(self, settings: Settings) -> list[EmittedOption]:
        """All options as what a map of them holds: texts, and references to secrets."""
        return [
            EmittedOption(option.name, self._convert_text(option.value), option.reason)
            for option in settings.spark_options()
        ]

    def template_values(self, settings: Settings, options: Iterable[Option]) -> dict[str, object]:
        """The values of the options that are for templates alone, None where there is none."""
        values: dict[str, object] = {}
        for option in options:
            if option.place is OptionPlacement.TEMPLATE:
                setting = settings.find(option.name)
                values[option.name] = self.value(setting.value) if setting is not None else None
        return values

    @property
    def schema_texts(self) -> SchemaTexts:
        """The constants that hold schemas in their own languages."""
        return self._names.texts

    def _convert_text(self, value: object) -> object:
        match value:
            case SecretName():
                return emit_secret_name(value.name)
            case bool():
                return str(value).lower()
            case ParamUse():
                return PythonCode(self._emit_param_in_text(value, alone=True))
            case int() | float():
                return str(value)
            case _:
                return self.value(value)

    def _emit_connection(self, use: ConnectionName) -> str:
        function = self._names.connections[use.name.casefold()]
        return render_template("values/connection", function=function)

    def _emit_condition_part(self, part: str | ParamUse) -> str:
        if isinstance(part, str):
            return python_literal(part)
        sql_type = self._types[part.name].sql
        return render_template("values/literal", parameter=self._emit_param(part), type=sql_type)

    def _emit_param(self, use: ParamUse) -> str:
        return f"job.params.{self._names.params[use.name]}"

    def _emit_param_in_text(self, use: ParamUse, alone: bool) -> str:
        data_type = self._types[use.name]
        return render_template(
            "values/text",
            parameter=self._emit_param(use),
            is_boolean=data_type == BOOLEAN,
            # Within a text, braces make a text of any value.
            is_text=not alone or data_type.sql.startswith("STRING"),
        )


def _render_value(template: str, **values: object) -> PythonCode:
    return PythonCode(render_template(f"values/{template}", **values))
