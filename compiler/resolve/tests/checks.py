"""Whether a test can be answered from what it gives, and says something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbt.compiler.diagnostics.codes import tests as codes
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import tests as it
from ssbt.compiler.resolve.dependencies import order_by_dependencies
from ssbt.compiler.resolve.report import Report

ScriptDatasets = Mapping[str, ir.Source | ir.Let]


def list_missing_sources(
    dataset: str, given: Sequence[it.GivenRows], datasets: ScriptDatasets
) -> list[str]:
    """The sources that a dataset needs, by itself or on the way, and that are not given."""
    needed = _list_needed(dataset, {each.rows.dataset for each in given}, datasets)
    return [each for each in needed if isinstance(datasets[each], ir.Source)]


def check_test(
    test: it.Test, transform: ir.Transform | None, datasets: ScriptDatasets, report: Report
) -> None:
    """Tell what is missing in a test that has no other mistakes, and what is of no use."""
    if not test.runs:
        message = "the test expects nothing that can be computed from what it gives"
        help_ = "add `then NAME { … }` with the rows that must come out"
        report.add(codes.BAD_TEST, test.span, message, help=help_)
        return
    _check_needs(test, transform, datasets, report)
    _check_uses(test, transform, datasets, report)
    _check_batches(test, report)


def _check_needs(
    test: it.Test, transform: ir.Transform | None, datasets: ScriptDatasets, report: Report
) -> None:
    places = {each.rows.dataset: each.rows.span for each in reversed(test.then)}
    names = {each.rows.dataset for each in test.given}
    for name in test.runs:
        if transform is None:
            lacking = list_missing_sources(name, test.given, datasets)
        else:
            lacking = [each for each, _ in transform.parameters if each not in names]
        for each in lacking:
            message = f"`{name}` is made from `{each}`, which the test does not give"
            help_ = f"give its rows; `given {each} {{}}` gives none"
            report.add(codes.MISSING_GIVEN, places.get(name, test.span), message, help=help_)


def _check_uses(
    test: it.Test, transform: ir.Transform | None, datasets: ScriptDatasets, report: Report
) -> None:
    if transform is not None:
        return
    names = {each.rows.dataset for each in test.given}
    used = {*test.runs}
    for name in test.runs:
        for each in _list_needed(name, names, datasets):
            used |= set(_used_datasets(datasets[each]))
    for given in test.given:
        if given.rows.dataset not in used and given.batch == 1:
            message = f"nothing that the test expects is made from `{given.rows.dataset}`"
            report.add(codes.BAD_TEST, given.rows.span, message, help="leave it out")


def _check_batches(test: it.Test, report: Report) -> None:
    """What counts micro-batches must name one that is given."""
    batches = max((each.batch for each in test.given), default=1)
    count = f"{batches} micro-batch{'es' * (batches > 1)}"
    for then in test.then:
        if then.after is not None and not 1 <= then.after <= batches:
            message = f"the test gives {count}, not {then.after}"
            report.add(codes.BAD_TEST, then.rows.span, message)
    if not any(each.streaming for each in test.given):
        for clock in test.clocks[1:]:
            message = "without streams there is one time"
            report.add(codes.BAD_TEST, clock.span, message, help="leave it out")
        return
    for clock in test.clocks:
        if clock.batch > batches:
            message = "nothing is given at this time"
            help_ = "move it before the `given` that comes at this time"
            report.add(codes.BAD_TEST, clock.span, message, help=help_)


def _list_needed(dataset: str, given: set[str], datasets: ScriptDatasets) -> list[str]:
    """The datasets that the script must compute or read for the wanted one."""
    if dataset in given:
        return []

    def find_dependencies(name: str) -> list[str]:
        return [each for each in _used_datasets(datasets[name]) if each not in given]

    return [*order_by_dependencies([dataset], find_dependencies)]


def _used_datasets(item: ir.Source | ir.Let) -> Sequence[str]:
    return item.query.uses if isinstance(item, ir.Let) else ()
