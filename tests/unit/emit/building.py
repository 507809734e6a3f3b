"""Pipelines built by hand, with any text in any place where text can stand."""

from __future__ import annotations

import ast

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.settings import ColumnName, Setting, Settings, SparkOption, Value
from ssbt.compiler.connectors.specification import Connector, Role
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.script import emit_pipeline
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir import steps
from ssbt.compiler.ir.expressions import Expression, NamedExpression, ParameterText, SortKey
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.source import Source, Span
from ssbt.compiler.types.datatypes import (
    LONG,
    STRING,
    UNKNOWN,
    ArrayType,
    DecimalType,
    StructField,
    StructType,
)

PLACE = Span("main.ssbt", 0, 1)


def expression(*text: str | ParameterText, column: str | None = None) -> Expression:
    return Expression(PLACE, text, UNKNOWN, True, column)


def quoted(name: str) -> str:
    """A name as SQL has it, in backticks."""
    return "`" + name.replace("`", "``") + "`"


def require_connector(name: str) -> Connector:
    result = find_connector(name)
    assert result
    return result


def settings(name: str, role: Role, raw: dict[str, str] | None = None, **values: Value) -> Settings:
    specification = require_connector(name).role(role)
    assert specification
    options = []
    for option_name, value in values.items():
        option = specification.option(option_name)
        assert option, option_name
        options.append(Setting(option, value, PLACE))
    return Settings(
        tuple(options), tuple(SparkOption(key, value) for key, value in (raw or {}).items())
    )


def query(base: str, *chain: steps.Step, alias: str | None = None) -> steps.Query:
    return steps.Query(steps.Input(base, alias=alias), chain, Relation(), (), ())


def let(name: str, result: steps.Query, description: str = "") -> ir.Let:
    return ir.Let(name, result, description, PLACE)


def pipeline(**parts: object) -> ir.Pipeline:
    """A pipeline with nothing in it besides `parts`."""
    empty: dict[str, object] = dict.fromkeys(
        ("spark", "parameters", "schemas", "transforms", "datasets", "sinks", "modules"), ()
    )
    texts: dict[str, object] = {"name": "main", "description": "", "owner": "", "target": "4.1"}
    return ir.Pipeline(**{**empty, **texts, "span": PLACE, **parts})  # type: ignore[arg-type]


def script_of(built: ir.Pipeline) -> str:
    """The script, which is Python and needs no change by black."""
    script = emit_pipeline(built, {"main.ssbt": Source("main.ssbt", "x")})[0].content.decode()
    ast.parse(script)
    return script


def full_of(text: str) -> ir.Pipeline:
    """A pipeline with `text` in every place where text can stand."""
    column = quoted(text)
    schema = StructType(
        (
            StructField(text, STRING, nullable=False, comment=text),
            StructField(f"{text}2", ArrayType(StructType((StructField(text, LONG),)))),
        )
    )
    parameters = (
        ir.Parameter("lake", STRING, text, False, text, PLACE),
        ir.Parameter(f"{text} b", STRING, None, True, text, PLACE),
        ir.Parameter("low", DecimalType(12, 2), None, False, "", PLACE),
        ir.Parameter("many", LONG, 1, False, "", PLACE),
    )
    use = ParamUse("lake", PLACE)
    source = ir.Source(
        name=f"{text} in",
        connector=require_connector("csv"),
        settings=settings(
            "csv",
            Role.SOURCE,
            raw={f"key {text}": text},
            path=(Text((text, use, text), PLACE), text),
            sep=text,
            null_value=Text((text, use), PLACE),
        ),
        schema=f"{text} schema",
        added=((f"{text} corrupt", "STRING"),),
        output=Relation((Column(text, STRING, True, text),)),
        description=text,
        span=PLACE,
    )
    sink = ir.Sink(
        name=f"{text} sink",
        dataset=f"{text} last",
        connector=require_connector("parquet"),
        settings=settings(
            "parquet",
            Role.SINK,
            raw={text: text},
            path=Text((use, text), PLACE),
            mode="overwrite",
            partition_by=(ColumnName(text, PLACE),),
            sort_by=(ColumnName(text, PLACE),),
        ),
        description=text,
        span=PLACE,
    )
    transform = ir.Transform(
        f"{text} clean", ((text, f"{text} schema"),), query(text, filtered(text)), text, PLACE
    )
    module = ir.PythonModule("enrich", f"lib/{text}/enrich.py", "")
    return pipeline(
        description=text,
        owner=text,
        spark=((f"spark.{text}", text),),
        parameters=parameters,
        schemas=(ir.Schema(f"{text} schema", schema, PLACE),),
        transforms=(transform,),
        datasets=(
            source,
            let(f"{text} a", query(f"{text} in", *all_steps(text, column), alias=text), text),
            let(f"{text} last", query(f"{text} a", *own_steps(text)), text),
        ),
        sinks=(sink,),
        modules=(module,),
    )


def filtered(text: str) -> steps.Filter:
    low = ParameterText("low")
    lake = ParameterText("lake")
    return steps.Filter(PLACE, Relation(), expression(text, " > ", low, text, lake, text))


def all_steps(text: str, column: str) -> tuple[steps.Step, ...]:
    """Every step that the DataFrame API has a method for."""
    nothing = (PLACE, Relation())
    plain = expression(column, column=column)
    item = NamedExpression(expression(text, text), (text,))
    other = steps.Input(f"{text} in", alias=text)
    return (
        filtered(text),
        steps.Project(
            *nothing, (NamedExpression(plain), NamedExpression(plain, (f"{text}2",)), item), True
        ),
        steps.WithColumns(*nothing, ((item,), (item, NamedExpression(plain, (f"{text}3",))))),
        steps.DropColumns(*nothing, (column,), False),
        steps.DropColumns(*nothing, (f"{column}.{column}",), True),
        steps.RenameColumns(*nothing, ((text, f"{text}b"), (f"{text}c", f"{text}d"))),
        steps.RenameColumns(*nothing, ((text, f"{text}b"), (f"{text}b", text))),
        steps.Alias(*nothing, text),
        steps.Join(*nothing, "left", other, expression(text), ()),
        steps.Join(*nothing, "anti", other, None, (text, text)),
        steps.Aggregate(*nothing, "rollup", (NamedExpression(plain), item), (item,)),
        steps.Sort(*nothing, (SortKey(plain, True, "last"), SortKey(plain, True, None))),
        steps.Limit(*nothing, ParameterText("many")),
        steps.SetOperation(*nothing, "except", True, other, (text,)),
        steps.Pivot(
            *nothing, (NamedExpression(plain),), text, (text,), (item,), ((text, f"{text}x"),)
        ),
        steps.Unpivot(*nothing, (column,), (column,), ((text, f"{text}y"),), text, text, False),
        steps.Explode(*nothing, "posexplode", plain, (text, f"{text}z")),
    )


def own_steps(text: str) -> tuple[steps.Step, ...]:
    """The steps that call what the pipeline itself brings along."""
    nothing = (PLACE, Relation())
    schema = f"{text} schema"
    sql = text.replace("{", "{{").replace("}", "}}").replace(":", "")
    query_text = f"select '{sql}' from {{input}} where :many > 0"
    return (
        filtered(text),
        steps.UseTransform(*nothing, f"{text} clean", ()),
        steps.ApplyFunction(*nothing, "enrich", "score", schema),
        steps.SqlQuery(*nothing, query_text, (), True, (("many", LONG),), schema),
    )
