"""No kind can be forgotten: what is looked up by a kind knows all of them.

`match` statements over steps are held to that by mypy's `exhaustive-match` (pyproject.toml); here
are the tables, which it cannot see through.
"""

from __future__ import annotations

from typing import get_args

import pytest

from ssbt.compiler.compare.rows import DECIDING_ROWS, KEEPING_ROWS
from ssbt.compiler.emit.steps import EMITTERS
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.canonical.queries import STEPS as COMPARED
from ssbt.compiler.ir.operators import DatasetInput
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.terms import _TermBuilder
from ssbt.compiler.resolve.steps.queries import RESOLVERS
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.formatting import declarations, steps
from ssbt.compiler.syntax.formatting.expressions import EXPANSIONS

# They register what they know as they are imported.
FORMATTERS = (declarations, steps)
# A plan has the steps of a transform in its place.
DISSOLVED = {ir.UseTransform}
# What could not be parsed is never formatted, resolved or emitted.
BROKEN = {s.BrokenStep, e.BrokenExpression, d.BrokenDeclaration}


def kinds(of: object) -> set[object]:
    """The members of a union of kinds."""
    return set(get_args(of)) - BROKEN


def test_the_union_of_steps_has_every_kind_of_step() -> None:
    ours = {each for each in ir.StepBase.__subclasses__() if each.__module__.startswith("ssbt.")}
    assert ours - {DatasetInput} == kinds(ir.Step)


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        pytest.param(RESOLVERS, kinds(s.Step), id="resolution of steps"),
        pytest.param(EMITTERS, kinds(ir.Step), id="emission of steps"),
        pytest.param(COMPARED, kinds(ir.Step) - DISSOLVED, id="meaning of steps"),
        pytest.param(
            {*DECIDING_ROWS, *KEEPING_ROWS},
            (kinds(ir.Step) - DISSOLVED) | {DatasetInput},
            id="steps that decide about rows",
        ),
    ],
)
def test_a_table_has_every_kind_and_no_other(table: set[object], wanted: set[object]) -> None:
    assert set(table) == wanted


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        pytest.param(EXPANSIONS, kinds(s.Step), id="format of steps"),
        pytest.param(EXPANSIONS, kinds(e.Expression), id="format of expressions"),
        pytest.param(EXPANSIONS, kinds(d.Declaration), id="format of declarations"),
        pytest.param(
            vars(ExpressionTyper)["_type_of"].dispatcher.registry,
            kinds(e.Expression),
            id="types of expressions",
        ),
        pytest.param(
            vars(_TermBuilder)["_term"].dispatcher.registry,
            kinds(e.Expression) - {e.Binary},
            id="terms of expressions",
        ),
    ],
)
def test_a_registry_has_every_kind(table: set[object], wanted: set[object]) -> None:
    assert wanted - set(table) == set()
