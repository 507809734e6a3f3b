"""No kind can be forgotten: what is looked up by a kind knows all of them.

`match` statements over steps are held to that by mypy's `exhaustive-match` (pyproject.toml); here
are the tables, which it cannot see through.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import get_args

from msgspec import Struct
import pytest

from ssbt.compiler.compare.rows import DECIDING_ROWS, KEEPING_ROWS
from ssbt.compiler.connectors import values as option_values
from ssbt.compiler.connectors.conversion import _convert_item
from ssbt.compiler.connectors.specification import ValueKind
from ssbt.compiler.connectors.wording import _EXPECTATIONS
from ssbt.compiler.emit.steps import EMITTERS
from ssbt.compiler.formats.avro_writing import _type as avro_type
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.canonical.queries import STEPS as COMPARED
from ssbt.compiler.ir.operators import DatasetInput
from ssbt.compiler.resolve.expressions.constants import can_be_parameter
from ssbt.compiler.resolve.expressions.node_typer import RULES
from ssbt.compiler.resolve.expressions.terms import _TermBuilder
from ssbt.compiler.resolve.steps.queries import RESOLVERS
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting import declarations, expressions, steps
from ssbt.compiler.syntax.formatting.expansions import EXPANSIONS
from ssbt.compiler.types import datatypes as t
from ssbt.compiler.types.branches import common_type
from ssbt.compiler.types.casts import can_up_cast
from ssbt.compiler.types.ddl import parse_type
from ssbt.compiler.types.expression_types import Typed

# They register what they know as they are imported.
FORMATTERS = (declarations, expressions, steps)
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
    ("table", "expected"),
    [
        pytest.param(RULES, {*kinds(e.Expression), e.BrokenExpression}, id="types of expressions"),
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
def test_a_table_has_every_kind_and_no_other(table: set[object], expected: set[object]) -> None:
    assert set(table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(EXPANSIONS, kinds(s.Step), id="format of steps"),
        pytest.param(EXPANSIONS, kinds(e.Expression), id="format of expressions"),
        pytest.param(EXPANSIONS, kinds(d.Declaration), id="format of declarations"),
        pytest.param(
            vars(_TermBuilder)["_term"].dispatcher.registry,
            kinds(e.Expression) - {e.Binary},
            id="terms of expressions",
        ),
    ],
)
def test_a_registry_has_every_kind(table: set[object], expected: set[object]) -> None:
    assert expected - set(table) == set()


# What is in nodes and is no kind of step, expression, declaration or value itself.
PARTS: dict[ModuleType, set[type]] = {
    e: {e.Argument, e.Frame, e.FrameBound, e.SortKey, e.Window},
    s: {
        *(s.Assignment, s.DatasetUse, s.Grouping, s.GroupingElement, s.Item, s.PivotValue),
        *(s.Query, s.Renaming),
    },
    d: {
        *(d.Clock, d.Comment, d.ExpectRule, d.Fails, d.File, d.Row, d.Rows, d.SchemaColumn),
        *(d.SchemaOrigin, d.TransformParameter),
    },
    v: {v.Entry},
}


def classes_of(module: ModuleType, base: type) -> set[type]:
    """The classes below a base that a module itself defines."""
    classes = {each for _, each in inspect.getmembers(module, inspect.isclass)}
    return {
        each for each in classes if each.__module__ == module.__name__ and issubclass(each, base)
    }


@pytest.mark.parametrize(
    ("module", "union"),
    [(e, e.Expression), (s, s.Step), (d, d.Declaration), (v, v.Value)],
    ids=["expressions", "steps", "declarations", "values"],
)
def test_the_union_of_nodes_has_every_kind(module: ModuleType, union: object) -> None:
    """With that, mypy asks each `match` for a new one."""
    assert classes_of(module, Node) - PARTS[module] == set(get_args(union)) & classes_of(
        module, Node
    )


def test_the_union_of_option_values_has_every_kind() -> None:
    parts = {option_values.MapEntry, option_values.OptionEntry, option_values.ParamUse}
    kinds_of_values = classes_of(option_values, Struct) - parts
    assert kinds_of_values == set(get_args(option_values.OptionValue))


def test_every_kind_of_option_is_converted_and_explained() -> None:
    # Formats are blocks of options of their own; choices are listed instead of explained.
    converted = set(re.findall(r"ValueKind\.(\w+)", inspect.getsource(_convert_item)))
    assert {kind.name for kind in ValueKind} - {"FORMAT"} == converted
    assert set(ValueKind) - set(_EXPECTATIONS) == {ValueKind.WORD, ValueKind.OFFSETS}


# One of each; what is asked of them below is asked of a new type as well.
TYPES = (
    *(t.BINARY, t.BOOLEAN, t.BYTE, t.SHORT, t.INT, t.LONG, t.FLOAT, t.DOUBLE, t.DecimalType(5, 2)),
    *(t.STRING, t.CharType(3), t.VarcharType(3), t.DATE, t.TIME, t.TIMESTAMP, t.TIMESTAMP_NTZ),
    *(t.DAY_TIME, t.YEAR_MONTH, t.CALENDAR_INTERVAL, t.VARIANT, t.NULL, t.UNKNOWN),
    *(t.ArrayType(t.INT), t.MapType(t.STRING, t.INT), t.StructType((t.StructField("a", t.INT),))),
)
# Kinds of types, of which there are no values.
ABSTRACT_TYPES = {t.NumericType, t.IntegralType, t.FractionalType}
NO_PARAMETERS = {
    *(t.CharType(3), t.VarcharType(3), t.TIME, t.CALENDAR_INTERVAL, t.VARIANT, t.NULL, t.UNKNOWN),
    t.StructType((t.StructField("a", t.INT),)),
}
# What Avro has no type for is written as a text.
TEXTS_IN_AVRO = {
    *(t.STRING, t.CharType(3), t.VarcharType(3), t.TIME, t.DAY_TIME, t.YEAR_MONTH),
    *(t.CALENDAR_INTERVAL, t.VARIANT, t.NULL, t.UNKNOWN),
}


def subclasses(of: type) -> set[type]:
    """Every class below one."""
    direct: list[type] = of.__subclasses__()
    return {*direct, *(below for each in direct for below in subclasses(each))}


def test_every_type_is_asked() -> None:
    public = {each for each in subclasses(t.DataType) if getattr(t, each.__name__, None) is each}
    assert public - ABSTRACT_TYPES == {type(each) for each in TYPES}
    hidden = {each.__name__ for each in subclasses(t.DataType) if not hasattr(t, each.__name__)}
    assert hidden == {"_IntervalType", "_Plain", "_SizedTextType"}


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_a_type_is_known_wherever_types_are_told_apart(type_: t.DataType) -> None:
    assert type_ == t.UNKNOWN or parse_type(str(type_)) == type_
    assert can_up_cast(type_, type_)
    assert common_type([Typed(type_), Typed(type_)]) == type_
    assert can_be_parameter(type_) == (type_ not in NO_PARAMETERS)
    assert (avro_type(type_, "name") == "string") == (type_ in TEXTS_IN_AVRO)
