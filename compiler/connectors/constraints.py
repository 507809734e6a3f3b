"""The rules among the options of one source or sink, and the values that the compiler supplies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ssbt.compiler.connectors.settings import ColumnName, Setting
from ssbt.compiler.connectors.specification import (
    CompilerDefault,
    Condition,
    Constraint,
    ConstraintKind,
    Option,
    RefusedKeys,
    ValueKind,
    is_newer,
)
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes.connectors import LOSES_DATA, MISSING_OPTION, OPTION_CONFLICT
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.source import Span


class OptionBlock(Struct):
    """What is known of a block so far: its settings, and the options that have findings already.

    `span` is where the connector is named, for what no single option is to blame; `refused` are
    keys that `raw` must not have, and `raw_prefix` is how those must begin that it has;
    the rest of these are settings of `raw_clients`.
    """

    options: dict[str, Option]
    span: Span
    settings: dict[str, Setting] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    refused: tuple[RefusedKeys, ...] = ()
    raw_prefix: str = ""
    raw_clients: str = ""

    def is_satisfied(self, condition: Condition) -> bool | None:
        """Whether the condition is true; nothing where only the run can tell."""
        if condition.option in self.doubtful:
            return None
        option = self.options.get(condition.option)
        if option is None:
            return False
        setting = self.settings.get(condition.option)
        if not condition.values:
            return setting is not None
        value = setting.value if setting else option.default
        if isinstance(value, Text | ParamUse):
            return None
        values = value if isinstance(value, tuple) else (value,)
        if option.type.kind is ValueKind.MAP:
            entries = {_entry_text(each) for each in values if isinstance(each, tuple)}
            return not entries.isdisjoint(map(str.casefold, condition.values))
        return any(_condition_value(option, word) in values for word in condition.values)

    def are_all_satisfied(self, conditions: tuple[Condition, ...]) -> bool:
        """Whether all conditions are surely true."""
        return all(self.is_satisfied(condition) for condition in conditions)

    def may_all_be_satisfied(self, conditions: tuple[Condition, ...]) -> bool:
        """Whether no condition is surely false."""
        return all(self.is_satisfied(condition) is not False for condition in conditions)

    def columns(self, condition: Condition) -> tuple[ColumnName, ...]:
        """The columns that an option names."""
        setting = self.settings.get(condition.option)
        return setting.columns if setting else ()

    def find_span(self, *conditions: Condition) -> Span:
        """The place of the first option among the conditions that the user wrote."""
        for condition in conditions:
            setting = self.settings.get(condition.option)
            if setting and setting.span:
                return setting.span
        return self.span


def _entry_text(entry: tuple[object, ...]) -> str:
    """An entry of a map as conditions have it, `key:value`, where case says nothing."""
    return ":".join(map(str, entry)).casefold()


def _condition_value(option: Option, text: str) -> object:
    """A word of a condition as the option's values are: `failfast` is Spark's `FAILFAST`."""
    choice = option.choice(text)
    if choice:
        return choice.spark
    if option.type.kind in (ValueKind.INTEGER, ValueKind.NUMBER):
        return float(text)
    return {"true": True, "false": False}.get(text, text)


def compiler_settings(block: OptionBlock, spark: str) -> Iterator[Setting]:
    """What the compiler adds where the user wrote nothing, each in view of those before it.

    Where only the run can tell whether a condition is true, the setting is added: it does nothing
    where it is not. So is what columns of some type need, whichever columns there are.
    """
    for option in block.options.values():
        compiler_default = option.compiler_default
        if (
            compiler_default is None
            or option.name in block.settings
            or option.name in block.doubtful
        ):
            continue
        is_excluded = any(
            block.is_satisfied(condition) is not False for condition in compiler_default.unless
        )
        if compiler_default.when_any and all(
            block.is_satisfied(each) is False for each in compiler_default.when_any
        ):
            continue
        holds = block.may_all_be_satisfied(compiler_default.when) and not is_excluded
        if holds and not is_newer(option.since, spark):
            yield Setting(
                option, _spark_value(option, compiler_default), None, compiler_default.reason
            )


def _spark_value(option: Option, compiler_default: CompilerDefault) -> str | bool | int | float:
    choice = option.choice(str(compiler_default.value))
    return choice.spark if choice else compiler_default.value


def check_constraints(
    constraints: Sequence[Constraint], block: OptionBlock, spark: str
) -> Iterator[Diagnostic]:
    """One finding for each rule that is broken; in doubt, none."""
    for constraint in constraints:
        is_over = constraint.before and not is_newer(constraint.before, spark)
        if block.are_all_satisfied(constraint.when) and not is_over:
            yield from _CHECKS[constraint.kind](constraint, block)


def _check_at_most_one(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    holding = [condition for condition in constraint.conditions if block.is_satisfied(condition)]
    for conflicting in holding[1:]:
        yield _build_finding(
            OPTION_CONFLICT, constraint, block.find_span(conflicting), block.find_span(holding[0])
        )


def _check_at_least_one(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    available = [c for c in constraint.conditions if c.option in block.options]
    if available and all(block.is_satisfied(condition) is False for condition in available):
        yield _build_finding(MISSING_OPTION, constraint, block.find_span(*constraint.when))


def _check_needs(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    missing = [c for c in constraint.conditions if block.is_satisfied(c) is False]
    if missing:
        spans = (block.find_span(condition) for condition in missing)
        span = block.find_span(*constraint.when)
        yield _build_finding(
            OPTION_CONFLICT, constraint, span, *(o for o in spans if o != block.span)
        )


def _check_forbids(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    for condition in constraint.conditions:
        if block.is_satisfied(condition):
            cause = block.find_span(*constraint.when)
            yield _build_finding(OPTION_CONFLICT, constraint, block.find_span(condition), cause)


def _check_disjoint(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    first, *other_conditions = constraint.conditions
    columns_by_name = {column.name.casefold(): column for column in block.columns(first)}
    for condition in other_conditions:
        for column in block.columns(condition):
            if column.name.casefold() in columns_by_name:
                first_span = columns_by_name[column.name.casefold()].span
                yield _build_finding(OPTION_CONFLICT, constraint, column.span, first_span)


def _check_warning(constraint: Constraint, block: OptionBlock) -> Iterator[Diagnostic]:
    if block.are_all_satisfied(constraint.conditions):
        yield _build_finding(LOSES_DATA, constraint, block.find_span(*constraint.conditions))


def _build_finding(
    code: Code, constraint: Constraint, span: Span, *other_spans: Span
) -> Diagnostic:
    return Diagnostic(
        code,
        constraint.message,
        Label(span),
        secondary=tuple(Label(other_span) for other_span in other_spans if other_span != span),
        help=(constraint.help,) if constraint.help else (),
    )


_CHECKS = {
    ConstraintKind.AT_MOST_ONE: _check_at_most_one,
    ConstraintKind.AT_LEAST_ONE: _check_at_least_one,
    ConstraintKind.NEEDS: _check_needs,
    ConstraintKind.FORBIDS: _check_forbids,
    ConstraintKind.DISJOINT: _check_disjoint,
    ConstraintKind.WARNS: _check_warning,
}
