"""The rules among the options of one source or sink, and the values that the compiler supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ssbt.compiler.connectors.conversion import is_newer
from ssbt.compiler.connectors.settings import ColumnName, Setting
from ssbt.compiler.connectors.specification import (
    Condition,
    Constraint,
    ConstraintKind,
    Option,
    Refused,
    Supplied,
)
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.diagnostics.codes.connectors import LOSES_DATA, MISSING_OPTION, OPTION_CONFLICT
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.source import Span


class Given(Struct):
    """What is known of a block so far: its settings, and the options that have findings already.

    `span` is where the connector is named, for what no single option is to blame; `refused` are
    keys that `raw` must not have.
    """

    options: dict[str, Option]
    span: Span
    settings: dict[str, Setting] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    refused: tuple[Refused, ...] = ()

    def holds(self, condition: Condition) -> bool | None:
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
        given = value if isinstance(value, tuple) else (value,)
        return any(_typed(option, word) in given for word in condition.values)

    def all_hold(self, conditions: tuple[Condition, ...]) -> bool:
        """Whether all conditions are surely true."""
        return all(self.holds(condition) for condition in conditions)

    def may_hold(self, conditions: tuple[Condition, ...]) -> bool:
        """Whether no condition is surely false."""
        return all(self.holds(condition) is not False for condition in conditions)

    def columns(self, condition: Condition) -> tuple[ColumnName, ...]:
        """The columns that an option names."""
        setting = self.settings.get(condition.option)
        return setting.columns if setting else ()

    def place(self, *conditions: Condition) -> Span:
        """The place of the first option among the conditions that the user wrote."""
        for condition in conditions:
            setting = self.settings.get(condition.option)
            if setting and setting.span:
                return setting.span
        return self.span


def _typed(option: Option, word: str) -> object:
    """A word of a condition as the option's values are: `failfast` is Spark's `FAILFAST`."""
    choice = option.choice(word)
    if choice:
        return choice.spark
    return {"true": True, "false": False}.get(word, word)


def supplied_settings(given: Given, spark: str) -> Iterator[Setting]:
    """What the compiler adds where the user wrote nothing, each in view of those before it.

    Where only the run can tell whether a condition is true, the setting is added: it does nothing
    where it is not. So is what columns of some type need, whichever columns there are.
    """
    for option in given.options.values():
        supplied = option.supplied
        if supplied is None or option.name in given.settings or option.name in given.doubtful:
            continue
        unwanted = any(given.holds(condition) is not False for condition in supplied.unless)
        if supplied.when_any and all(given.holds(each) is False for each in supplied.when_any):
            continue
        holds = given.may_hold(supplied.when) and not unwanted
        if holds and not is_newer(option.since, spark):
            yield Setting(option, _spark_value(option, supplied), None, supplied.reason)


def _spark_value(option: Option, supplied: Supplied) -> str | bool | int | float:
    choice = option.choice(str(supplied.value))
    return choice.spark if choice else supplied.value


def violations(
    constraints: tuple[Constraint, ...], given: Given, spark: str
) -> Iterator[Diagnostic]:
    """One finding for each rule that is broken; in doubt, none."""
    for constraint in constraints:
        is_over = constraint.before and not is_newer(constraint.before, spark)
        if given.all_hold(constraint.when) and not is_over:
            yield from _CHECKS[constraint.kind](constraint, given)


def _at_most_one(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    holding = [condition for condition in constraint.conditions if given.holds(condition)]
    for other in holding[1:]:
        yield _finding(OPTION_CONFLICT, constraint, given.place(other), given.place(holding[0]))


def _at_least_one(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    known = [c for c in constraint.conditions if c.option in given.options]
    if known and all(given.holds(condition) is False for condition in known):
        yield _finding(MISSING_OPTION, constraint, given.place(*constraint.when))


def _needs(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    missing = [c for c in constraint.conditions if given.holds(c) is False]
    if missing:
        others = (given.place(condition) for condition in missing)
        place = given.place(*constraint.when)
        yield _finding(OPTION_CONFLICT, constraint, place, *(o for o in others if o != given.span))


def _forbids(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    for condition in constraint.conditions:
        if given.holds(condition):
            because = given.place(*constraint.when)
            yield _finding(OPTION_CONFLICT, constraint, given.place(condition), because)


def _disjoint(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    first, *others = constraint.conditions
    named = {column.name.casefold(): column for column in given.columns(first)}
    for other in others:
        for column in given.columns(other):
            if column.name.casefold() in named:
                before = named[column.name.casefold()].span
                yield _finding(OPTION_CONFLICT, constraint, column.span, before)


def _warns(constraint: Constraint, given: Given) -> Iterator[Diagnostic]:
    if given.all_hold(constraint.conditions):
        yield _finding(LOSES_DATA, constraint, given.place(*constraint.conditions))


def _finding(code: Code, constraint: Constraint, place: Span, *others: Span) -> Diagnostic:
    return Diagnostic(
        code,
        constraint.message,
        Label(place),
        secondary=tuple(Label(other) for other in others if other != place),
        help=(constraint.help,) if constraint.help else (),
    )


_CHECKS = {
    ConstraintKind.AT_MOST_ONE: _at_most_one,
    ConstraintKind.AT_LEAST_ONE: _at_least_one,
    ConstraintKind.NEEDS: _needs,
    ConstraintKind.FORBIDS: _forbids,
    ConstraintKind.DISJOINT: _disjoint,
    ConstraintKind.WARNS: _warns,
}
