"""Settings of sinks that speak of columns as expressions do: conditions, all columns but some."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ColumnsExcept,
    ConditionText,
    Setting,
    Settings,
    Value,
)
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.diagnostics.codes import conditions as condition_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.options import OptionResolver
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.types.functions import find_function


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
                    condition = nodes[each.option.name]
                    self._check_chance(each, condition)
                    resolved.append(self._resolve_condition(each, condition, relation))
                case ColumnsExcept() as star:
                    resolved.append(self._list_columns(star, relation))
                case value:
                    resolved.append(value)
        pairs = zip(settings.settings, resolved, strict=True)
        return replace(settings, settings=tuple(replace(one, value=other) for one, other in pairs))

    def _check_chance(self, setting: Setting, node: e.Expression) -> None:
        """Report what is another value each time that it is asked for."""
        for each in nodes(node):
            function = find_function(each.name.text) if isinstance(each, e.Call) else None
            if function is not None and not function.deterministic:
                message = f"`{function.name}` in `{setting.option.name}` is a matter of chance"
                help_ = "compute it from the row, such as `pmod(hash(…), 10) = 0`"
                self._report.add(condition_codes.CHANCE, each.span, message, help=help_)

    def _resolve_condition(
        self, setting: Setting, node: e.Expression, relation: Relation
    ) -> ConditionText:
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
                if setting.option.is_kept:
                    message = (
                        f"the table keeps `{setting.option.name}` with the value of `{part.name}`"
                    )
                    help_ = "write the value itself: a run with another one would stop"
                    self._report.add(condition_codes.KEPT_PARAMETER, node.span, message, help=help_)
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
