"""Settings of sinks that speak of columns as expressions do: conditions, all columns but some."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ColumnsExcept,
    ConditionText,
    Settings,
    Value,
)
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v


class ColumnSettingResolver:
    """Gives such settings what they mean for the columns of the sink's dataset."""

    def __init__(self, datasets: DatasetResolver, options: OptionResolver, report: Report) -> None:
        self._datasets, self._options, self._report = datasets, options, report

    def resolve(self, settings: Settings, node: d.SinkWrite, relation: Relation) -> Settings:
        """The settings, with the text of conditions and the names of columns."""
        nodes = {
            each.name.text: each.value.condition
            for each in node.entries
            if isinstance(each.value, v.ConditionValue)
        }
        resolved: list[Value] = []
        for each in settings.settings:
            match each.value:
                case ConditionText():
                    resolved.append(self._resolve_condition(nodes[each.option.name], relation))
                case ColumnsExcept() as star:
                    resolved.append(self._list_columns(star, relation))
                case value:
                    resolved.append(value)
        pairs = zip(settings.settings, resolved, strict=True)
        return replace(settings, settings=tuple(replace(one, value=other) for one, other in pairs))

    def _resolve_condition(self, node: e.Expression, relation: Relation) -> ConditionText:
        """The condition over rows of which only the types are known: a table has others, too."""
        columns = tuple(Column(each.name, each.type, True) for each in relation.columns)
        table = replace(relation, columns=columns)
        condition = self._datasets.resolve_condition(node, table, self._report)
        parts = tuple(
            part if isinstance(part, str) else ParamUse(part.name, node.span)
            for part in condition.text
        )
        for part in parts:
            if isinstance(part, ParamUse):
                self._options.used_parameters.add(part.name.casefold())
        return ConditionText(parts)

    def _list_columns(self, star: ColumnsExcept, relation: Relation) -> tuple[ColumnName, ...]:
        names = [column.name for column in relation.columns]
        for each in star.excluded:
            if not relation.is_open and not relation.find_columns(each.name):
                message = f"there is no column `{each.name}` to leave out"
                self._report.add_unknown_name(
                    codes.UNKNOWN_COLUMN, each.span, message, each.name, names, "columns"
                )
        left_out = {each.name.casefold() for each in star.excluded}
        return tuple(
            ColumnName(column.name, star.span, in_star=True)
            for column in relation.columns
            if column.name.casefold() not in left_out
        )
