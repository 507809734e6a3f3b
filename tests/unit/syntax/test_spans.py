"""Every form of the language parses, and every node knows exactly where it stands."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.parsing import parse_file
from tests.unit.syntax.generation import Generator
from tests.unit.syntax.trees import difference, nodes

EXPRESSIONS = get_args(e.Expression)


def tree(text: str) -> d.File:
    result = parse_file(Source("pipeline.ssbt", text))
    assert not result.findings, result.findings
    return result.file


def check_nesting(file: d.File) -> None:
    """Each node stands inside the one that holds it."""
    for node, parent in nodes(file):
        if parent is not None:
            inside = parent.span.start <= node.span.start <= node.span.end <= parent.span.end
            assert inside, (node, parent)


def check_expressions(file: d.File, text: str) -> None:
    """The text of an expression is that expression."""
    for node, parent in nodes(file):
        if not isinstance(node, EXPRESSIONS) or isinstance(parent, e.IntervalLiteral | v.TextValue):
            continue
        written = text[node.span.start : node.span.end]
        if isinstance(node, e.VariantPath) and not node.name.text:
            continue
        assert difference(node, expression_again(node, written)) is None, written


def expression_again(node: Node, written: str) -> Node | None:
    """The expression that the text of a node means by itself, in a place where it may stand."""
    if any(isinstance(each, e.InList) and each.keyword == "one of" for each, _ in nodes(node)):
        (param,) = tree(f"param x: int check {written}").declarations
        assert isinstance(param, d.Param)
        return param.check
    inner = f"f({written})" if isinstance(node, e.Lambda) else written
    (let,) = tree(f"let x = from a |> select {inner}").declarations
    assert isinstance(let, d.Let)
    (step,) = let.query.steps
    assert isinstance(step, s.Select)
    value = step.items[0].value
    if not isinstance(node, e.Lambda):
        return value
    assert isinstance(value, e.Call)
    return value.arguments[0].value


def check_names(file: d.File, text: str) -> None:
    """The text of a name is that name, in backticks or without."""
    for node, _ in nodes(file):
        if isinstance(node, Name) and "." not in node.text:
            written = text[node.span.start : node.span.end]
            plain = written[1:-1].replace("``", "`") if written[:1] == "`" else written
            assert plain.strip('"${}` ') == node.text.strip("`"), (written, node)


@given(st.integers(0, 2**32))
def test_generated_files(seed: int):
    text = Generator(seed).file(2)
    file = tree(text)
    check_nesting(file)
    check_expressions(file, text)
    check_names(file, text)


@given(st.integers(0, 2**32))
def test_comments_know_their_place(seed: int):
    text = Generator(seed).written(Generator(seed).declaration(), comments=0.2)
    for comment in tree(text).comments:
        assert text[comment.span.start : comment.span.end] == comment.text
        assert comment.text.startswith("#")


FORMS = {
    "pipeline p { a = 1 }": d.Pipeline,
    'import "a.ssbt"': d.Import,
    "param p: int": d.Param,
    "param p: int = 1 { min = 0 }": d.Param,
    "secret s": d.Secret,
    'connection c: kafka { a = "b" }': d.Connection,
    "schema S { a: int not null default 1 comment 'c' @pii @gdpr, b: string }": d.Schema,
    'schema S from "a.avsc"': d.Schema,
    'schema S from "a.desc" { message = "M" }': d.Schema,
    'schema S from registry { subject = "s" }': d.Schema,
    'source s from csv { path = "a" }': d.SourceRead,
    'stream source s from kafka { subscribe = ["a"] }': d.SourceRead,
    "let x = from a": d.Let,
    "let x = from a as b |> distinct": d.Let,
    "let x = from t(a, b as c)": d.Let,
    "transform t(a: S, b: T) = from a |> join b using (id)": d.Transform,
    "expect s { r: a > 1 else drop, q: b else warn }": d.Expect,
    "sink s.quarantine to json as bad { mode = append }": d.SinkWrite,
    "maintain bad { compact = true, expire_snapshots = 7 days }": d.Maintain,
    'test "t" { given a (b, c) { (1, 2), (3, 4) } given a from "a.csv" then x { (1) }'
    ' then after 2 x { } then fails with "no" }': d.Test,
}
JOINS = (
    *("inner", "left", "left outer", "right", "right outer", "full", "full outer"),
    *("semi", "left semi", "anti", "left anti"),
)
STEPS = {
    "where a > 1": s.Where,
    "select a, b as c, *": s.Select,
    "select distinct a,": s.Select,
    "extend a + 1 as b": s.Extend,
    "set a = 1, t.b = 2": s.SetColumns,
    "drop a, t.b": s.Drop,
    "rename a as b, c as d": s.Rename,
    "as t": s.As,
    **{f"{kind} join b on a.x = b.x": s.Join for kind in JOINS},
    "join b using (x, y)": s.Join,
    "cross join b as c": s.Join,
    "aggregate sum(a) as b group by c, d as e": s.Aggregate,
    "aggregate sum(a)": s.Aggregate,
    "aggregate group by a": s.Aggregate,
    "aggregate sum(a) group by rollup(a, b)": s.Aggregate,
    "aggregate sum(a) group by cube(a, b)": s.Aggregate,
    "aggregate sum(a) group by grouping sets ((a, b), a, ())": s.Aggregate,
    "distinct": s.Distinct,
    "order by a, b desc, c nulls first, d asc nulls last": s.OrderBy,
    "limit 10": s.Limit,
    "limit ${n}": s.Limit,
    "offset 10": s.Offset,
    "union b": s.SetOperation,
    "union all b": s.SetOperation,
    "union all by name b": s.SetOperation,
    "intersect b": s.SetOperation,
    "except all b": s.SetOperation,
    "minus b": s.SetOperation,
    "pivot sum(a) as b, max(c) for d in ('x' as y, 'z') group by e": s.Pivot,
    "unpivot a for b in (c, d as e)": s.Unpivot,
    "unpivot include nulls a for b in (c)": s.Unpivot,
    "sample 10 percent": s.Sample,
    "sample 0.5 percent with replacement seed 7": s.Sample,
    "explode a as b": s.Explode,
    "explode outer f(a) as (k, v) with position as p": s.Explode,
    "clean()": s.UseTransform,
    "clean(b, c as d)": s.UseTransform,
    'apply "m.py:f" returns S': s.Apply,
    'sql """select 1\nfrom input""" returns S': s.Sql,
    "watermark ts delay 10 minutes": s.Watermark,
    "deduplicate": s.Deduplicate,
    "deduplicate by a, b within watermark": s.Deduplicate,
    'stateful "m.py:P" by a, b returns S { mode = update }': s.Stateful,
}
VALUES = {
    '"a ${p} $${q}"': v.TextValue,
    '"""two\nlines"""': v.TextValue,
    "1": v.NumberValue,
    "-1.5": v.NumberValue,
    "true": v.BooleanValue,
    "FALSE": v.BooleanValue,
    "10 minutes": v.QuantityValue,
    "64mb": v.QuantityValue,
    "earliest": v.WordValue,
    "available now": v.WordValue,
    "every 1 minute": v.EveryValue,
    "continuous 1 second": v.EveryValue,
    "${p}": e.ParameterUse,
    "[1, [2, {}],]": v.ListValue,
    "{ a = 1, b { } }": v.BlockValue,
    'avro { "k" = v }': v.BlockValue,
}


@pytest.mark.parametrize("text", FORMS)
def test_declarations(text: str):
    file = tree(f"# c\n\n{text}\n# d")
    (declaration,) = file.declarations
    assert type(declaration) is FORMS[text]
    assert declaration.span.start == 5
    assert declaration.span.end == 5 + len(text)
    check_nesting(file)


@pytest.mark.parametrize("text", STEPS)
def test_steps(text: str):
    file = tree(f"let x = from a\n|> {text}\n|> distinct")
    (declaration,) = file.declarations
    assert isinstance(declaration, d.Let)
    step = declaration.query.steps[0]
    assert type(step) is STEPS[text]
    assert step.span.start == 18
    assert step.span.end == 18 + len(text)
    check_nesting(file)


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str):
    (declaration,) = tree(f"pipeline p {{ a = {text}\nb = 1 }}").declarations
    assert isinstance(declaration, d.Pipeline)
    value = declaration.entries[0].value
    assert type(value) is VALUES[text]
    assert (value.span.start, value.span.end) == (17, 17 + len(text))
