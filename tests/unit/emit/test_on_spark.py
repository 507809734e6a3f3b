"""What Spark makes of the emitted code, for columns with the names that break things."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.emit.naming import build_script_names
from ssbt.compiler.emit.scopes import FunctionScope, ScriptContext
from ssbt.compiler.emit.steps import emit_query
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import steps
from ssbt.compiler.ir.expressions import NamedExpression, ParameterText, SortKey
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.datatypes import LONG, DataType, DecimalType, StructType
from tests.unit.emit.building import PLACE, expression, let, pipeline, query, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

NAMES = ("a.b", "we`ird it's", "*", '日本 "x"\n')
NOTHING = (PLACE, Relation())
TYPES: dict[str, DataType] = {"low": DecimalType(12, 2), "many": LONG}


class Params:
    low = Decimal("0.01")
    many = 2


@pytest.fixture(scope="module")
def session(spark: SparkSession) -> Iterator[SparkSession]:
    """Spark as a script that holds `${` sets it up."""
    spark.conf.set("spark.sql.variable.substitute", "false")
    yield spark
    spark.conf.unset("spark.sql.variable.substitute")


def result(frames: dict[str, DataFrame], base: str, *chain: steps.Step) -> DataFrame:
    """What the code of a query over `frames` evaluates to."""
    from pyspark.sql import functions as F

    from ssbt.runtime import checked, literal

    parameters = [ir.Parameter(name, TYPES[name], None, True, "", PLACE) for name in TYPES]
    whole = pipeline(
        datasets=tuple(let(name, query(name)) for name in frames),
        parameters=tuple(parameters),
        schemas=(ir.Schema("Any", StructType(), PLACE),),
    )
    names = build_script_names(whole)
    scope = FunctionScope(ScriptContext(names, TYPES, {}, "4.1", {}), {})
    code = emit_query(query(base, *chain), scope)
    program = "\n".join(scope.emit_body(code)).replace("return ", "result = ")
    actual: dict[str, object] = {names.datasets[name]: frame for name, frame in frames.items()}
    actual |= {"F": F, "literal": literal, "params": Params(), "ANY": "score DECIMAL(13,2)"}
    actual["checked"] = checked
    exec(program, actual)
    output: DataFrame = actual["result"]  # type: ignore[assignment]
    return output


def rows(frame: DataFrame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in frame.collect()]


@pytest.fixture
def data(session: SparkSession, name: str) -> DataFrame:
    """Three rows with a column of that name, a number `v` and a text `k`."""
    frame = session.createDataFrame(
        [(1, 10, "A"), (2, 20, "A"), (2, 30, "B")], "n INT, v INT, k STRING"
    )
    return frame.withColumnRenamed("n", name)


def quoted_columns(frame: DataFrame) -> list[str]:
    return [quoted(name) for name in frame.columns]


def column(name: str) -> NamedExpression:
    return NamedExpression(expression(quoted(name), column=quoted(name)))


def computed(text: str, name: str) -> NamedExpression:
    return NamedExpression(expression(text), (name,))


@pytest.mark.parametrize("name", NAMES)
class TestNames:
    """Every step that says a column's name."""

    def test_select_and_where(self, data: DataFrame, name: str) -> None:
        condition = expression(f"{quoted(name)} = 1")
        chosen = (column(name), NamedExpression(column(name).expression, (f"{name} 2",)))
        output = result(
            {"d": data},
            "d",
            steps.Filter(*NOTHING, condition),
            steps.Project(*NOTHING, chosen, False),
        )
        assert output.columns == [name, f"{name} 2"]
        assert rows(output) == [(1, 1)]

    def test_with_columns(self, data: DataFrame, name: str) -> None:
        group = (computed(f"{quoted(name)} + 1", name), computed("v", f"{name} 2"))
        output = result({"d": data}, "d", steps.WithColumns(*NOTHING, (group, (group[0],))))
        assert output.columns == [name, "v", "k", f"{name} 2"]
        assert rows(output)[0] == (3, 10, "A", 10)

    def test_drop(self, data: DataFrame, name: str) -> None:
        plain = steps.DropColumns(*NOTHING, (quoted(name),), False)
        assert result({"d": data}, "d", plain).columns == ["v", "k"]
        qualified = steps.DropColumns(*NOTHING, (f"o.{quoted(name)}",), True)
        output = result({"d": data}, "d", steps.Alias(*NOTHING, "o"), qualified)
        assert output.columns == ["v", "k"]

    def test_rename(self, data: DataFrame, name: str) -> None:
        for pairs, expected in (
            (((name, "new"),), ["new", "v", "k"]),
            ((("v", f"{name} 2"), (name, "new")), ["new", f"{name} 2", "k"]),
            (((name, "v"), ("v", name)), ["v", name, "k"]),
            (((name, "v"), ("v", "k"), ("k", name)), ["v", "k", name]),
            (((name, "v"), ("v", "x")), ["v", "x", "k"]),
        ):
            output = result({"d": data}, "d", steps.RenameColumns(*NOTHING, pairs))
            assert output.columns == expected
            assert rows(output)[1] == (2, 20, "A")

    def test_alias_and_joins(self, data: DataFrame, name: str) -> None:
        other = data.select("*").withColumnRenamed("v", "w").drop("k")
        on = expression(f"{quoted(name)}.{quoted(name)} = r.{quoted(name)}")
        join = steps.Join(*NOTHING, "left", steps.Input("o", alias="r"), on, ())
        output = result({"d": data, "o": other}, "d", steps.Alias(*NOTHING, name), join)
        assert output.columns == [name, "v", "k", name, "w"]
        using = steps.Join(*NOTHING, "full", steps.Input("o"), None, (name,))
        output = result({"d": data, "o": other}, "d", using)
        assert output.columns == [name, "v", "k", "w"]
        assert output.count() == 5

    def test_aggregate_and_sort(self, data: DataFrame, name: str) -> None:
        total = computed(f"sum({quoted(name)})", f"{name} total")
        by_name = steps.Aggregate(*NOTHING, "", (column(name),), (total,))
        order = SortKey(column(name).expression, True, None)
        output = result({"d": data}, "d", by_name, steps.Sort(*NOTHING, (order,)))
        assert output.columns == [name, f"{name} total"]
        assert rows(output) == [(2, 4), (1, 1)]
        for form, sets, count in (("rollup", (), 3), ("grouping sets", ((0,), ()), 3)):
            step = steps.Aggregate(*NOTHING, form, (column(name),), (), sets)
            assert rows(result({"d": data}, "d", step)).count((None,)) == 1
            assert result({"d": data}, "d", step).count() == count

    def test_set_operations(self, data: DataFrame, name: str) -> None:
        other = data.where("v = 10").select("k", "v", *quoted_columns(data)[:1])
        order = (name, "v", "k")
        for operator, expected in (("except", 2), ("intersect", 1)):
            step = steps.SetOperation(*NOTHING, operator, True, steps.Input("o"), order)
            assert result({"d": data, "o": other}, "d", step).count() == expected

    def test_pivot(self, data: DataFrame, name: str) -> None:
        total = computed("sum(v)", "total")
        renames = (("2", f"{name} 2"),)
        step = steps.Pivot(*NOTHING, (column("k"),), name, (1, 2), (total,), renames)
        output = result({"d": data}, "d", step).orderBy("k")
        assert output.columns == ["k", "1", f"{name} 2"]
        assert rows(output) == [("A", 10, 20), ("B", None, 30)]

    def test_unpivot(self, data: DataFrame, name: str) -> None:
        step = steps.Unpivot(
            *NOTHING, ("k",), (quoted(name), "w"), (("v", "w"),), name, "x.y", False
        )
        output = result({"d": data}, "d", step)
        assert output.columns == ["k", name, "x.y"]
        assert rows(output)[:2] == [("A", name, 1), ("A", "w", 10)]

    def test_explode(self, data: DataFrame, name: str) -> None:
        array = steps.WithColumns(*NOTHING, ((computed("array(v, v + 1)", name),),))
        explode = steps.Explode(
            *NOTHING, "posexplode", column(name).expression, (f"{name} i", f"{name} e")
        )
        output = result({"d": data}, "d", array, explode)
        assert output.columns == [name, "v", "k", f"{name} i", f"{name} e"]
        assert rows(output)[1][3:] == (1, 11)


def test_substitution_is_off(session: SparkSession) -> None:
    frame = session.range(1)
    step = steps.Project(*NOTHING, (computed("'${spark.app.name}'", "a${b}"),), False)
    output = result({"d": frame}, "d", step)
    assert output.columns == ["a${b}"]
    assert rows(output) == [("${spark.app.name}",)]


def test_parameters_of_queries_have_their_types(session: SparkSession) -> None:
    """`args` alone would make DECIMAL(2,2) of 0.01, and the sum another type."""
    text = (
        "select :low + 1.00 as score from {input} where id between :many and 5 and '{{:low}}' <> ''"
    )
    step = steps.SqlQuery(*NOTHING, text, (), True, (("low", TYPES["low"]), ("many", LONG)), "Any")
    output = result({"d": session.range(4)}, "d", step)
    assert rows(output) == [(Decimal("1.01"),)] * 2


def test_limit_takes_parameters(session: SparkSession) -> None:
    step = steps.Limit(*NOTHING, ParameterText("many"))
    assert result({"d": session.range(4)}, "d", step).count() == 2


def test_keys_without_aggregates(session: SparkSession) -> None:
    output = Relation((Column("rows", LONG, True),))
    step = steps.Aggregate(PLACE, output, "cube", (computed("id % 2", "rows"),), ())
    value = result({"d": session.range(4)}, "d", step)
    assert value.columns == ["rows"]
    assert sorted(rows(value), key=str) == [(0,), (1,), (None,)]
