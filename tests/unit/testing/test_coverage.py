"""What is asked of Spark about branches and sides, and how the answer is reported."""

from __future__ import annotations

import json

import pytest

from ssbt.compiler.driver import add_probes, check_pipeline, emit_files
from ssbt.compiler.ir.coverage import ProbedPipeline
from ssbt.compiler.ir.expressions import render_text
from ssbt.compiler.ir.pipeline import Let
from ssbt.compiler.ir.steps import Aggregate, Project
from ssbt.compiler.testing.coverage import Coverage, LocatedTarget
from ssbt.compiler.testing.results import Event

PIPELINE = """pipeline p {{}}
param least: int = 1
schema S {{ a: int, b: int, xs: array<int>, m: map<string, int> }}
source s from json {{ path = "in", schema = S }}
source t from json {{ path = "in", schema = S }}
{declared}
let r = from s
{steps}
sink r to noop {{}}
"""


def probed_pipeline(steps: str, declared: str = "") -> ProbedPipeline:
    text = PIPELINE.format(steps=steps, declared=declared)
    result = check_pipeline("p.ssbt", lambda path: text.encode() if path == "p.ssbt" else b"")
    assert result.pipeline is not None, [each.message for each in result.findings]
    return add_probes(result)[1]


def branch_conditions(steps: str) -> list[str]:
    """The SQL of each branch."""
    coverage = probed_pipeline(steps)
    columns = []
    for item in coverage.pipeline.datasets:
        if isinstance(item, Let) and item.name != "r":
            before, last = ((None, *item.query.steps))[-2:]
            assert isinstance(last, Project)
            inputs = before.aggregates if isinstance(before, Aggregate) else last.columns
            columns += [render_text(column.expression.text) for column in inputs]
    return columns


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param(
            "case when a > ${least} then 1 when b = 1 then 2 else 3 end",
            [
                "case when a > ${least} then true else false end",
                "case when a > ${least} then false when b = 1 then true else false end",
                "case when a > ${least} then false when b = 1 then false else true end",
            ],
            id="case",
        ),
        pytest.param(
            "case a when 1 then 2 end", ["case a when 1 then true else false end"], id="operand"
        ),
        pytest.param(
            "1 + if(a = 1, 2, 3)",
            [
                "case when a = 1 then true else false end",
                "case when a = 1 then false else true end",
            ],
            id="if",
        ),
        pytest.param(
            "case when a = 1 then case when b = 2 then 3 end end",
            [
                "case when a = 1 then true else false end",
                "case when a = 1 then case when b = 2 then true else false end else false end",
            ],
            id="within",
        ),
        pytest.param(
            "a = 1 and case when b = 2 then true end",
            ["case when not (a = 1) then false else case when b = 2 then true else false end end"],
            id="and",
        ),
        pytest.param(
            "a = 1 or case when b = 2 then true end",
            ["case when a = 1 then false else case when b = 2 then true else false end end"],
            id="or",
        ),
        pytest.param(
            "coalesce(a, case when b = 2 then 1 end)",
            [
                "case when (a) is not null then false"
                " else case when b = 2 then true else false end end"
            ],
            id="coalesce",
        ),
        pytest.param(
            "transform(xs, x -> case when x = a then 1 end)",
            ["array_contains(transform(xs, x -> case when x = a then true else false end), true)"],
            id="array",
        ),
        pytest.param(
            "map_filter(m, (k, v) -> case when v = 1 then true end)",
            [
                "array_contains(map_values(transform_values(m, (k, v) ->"
                " case when v = 1 then true else false end)), true)"
            ],
            id="map",
        ),
        pytest.param(
            "coalesce(a, sum(case when b = 2 then 1 end) over (partition by a))",
            ["case when b = 2 then true else false end"],
            id="window",
        ),
    ],
)
def test_the_branches_of_rows(expression: str, expected: list[str]):
    assert branch_conditions(f"|> extend {expression} as n") == expected


def test_the_branches_of_groups():
    steps = (
        "|> aggregate case when count(*) > 1 then 1 end as n,"
        " sum(case when a = 1 then 1 end) filter (where b = 2) as m group by if(b = 1, 1, 2) as k"
    )
    assert branch_conditions(steps) == [
        "case when b = 1 then true else false end",
        "case when b = 1 then false else true end",
        "case when count(*) > 1 then true else false end",
        "bool_or(case when a = 1 then true else false end) filter (where b = 2)",
    ]


def test_what_cannot_be_told():
    steps = "|> extend array_sort(xs, (l, r) -> case when l < r then 1 else 0 end) as n"
    assert [(each.kind, each.measured) for each in probed_pipeline(steps).points] == [
        ("dataset", True),
        ("branch", False),
        ("branch", False),
    ]


@pytest.mark.parametrize(
    ("kind", "sides"),
    [
        ("", ["rows that match"]),
        ("semi", ["rows that match"]),
        ("anti", ["rows that match", "a left row without a match"]),
        ("left", ["rows that match", "a left row without a match"]),
        ("right", ["rows that match", "a right row without a match"]),
        (
            "full",
            ["rows that match", "a left row without a match", "a right row without a match"],
        ),
    ],
)
def test_the_sides_of_joins(kind: str, sides: list[str]):
    points = probed_pipeline(f"|> {kind} join t on s.a = t.a |> select s.a").points
    joins = [each.description.partition(": ") for each in points if each.kind == "join"]
    assert [what for *_, what in joins] == sides
    assert {join for join, *_ in joins} == {f"{kind} join t".strip()}


def test_transforms_are_looked_into_where_they_are_called():
    declared = """transform f(x: S) = from x |> where if(a = 1, true, false)
    transform g(x: S, y: S) = from x |> f() |> semi join y using (a)"""
    coverage = probed_pipeline("|> g(f(t))", declared)
    assert coverage.computed["r"] == tuple(
        number
        for number, point in enumerate(coverage.points)
        if point.description in ("let r", "transform f", "transform g")
    )
    of = [(probe.subject, len(probe.points)) for probe in coverage.probes]
    assert sorted(of) == [("f", 2), ("g", 1), ("g", 2), ("r", 1), ("r", 2), ("r", 2)]


def test_names_that_are_taken():
    coverage = probed_pipeline(
        "|> where if(a = 1, true, false) |> union all coverage_1", "let coverage_1 = from t"
    )
    assert [probe.name for probe in coverage.probes] == ["coverage_2"]


def test_the_script_of_a_pipeline_is_a_part_of_the_one_with_probes():
    text = PIPELINE.format(
        steps="|> left join t on s.a = t.a |> extend if(s.b = 1, 1, 2) as n |> select n",
        declared="",
    )
    plain = check_pipeline("p.ssbt", lambda path: text.encode() if path == "p.ssbt" else b"")
    scripts = [emit_files(each)[0].content.decode() for each in (plain, add_probes(plain)[0])]
    lines = scripts[1].splitlines()
    assert all(line in lines for line in scripts[0].splitlines())


PLACES = (
    LocatedTarget("a.ssbt", 3, 1, "dataset", "let r", "let r: no test computes it", True),
    LocatedTarget("a.ssbt", 4, 9, "branch", "when x\n= 1", "no row takes `when x\n= 1`", True),
    LocatedTarget("a.ssbt", 5, 9, "branch", "else", "no row takes `else`", False),
    LocatedTarget(
        "b.ssbt", 1, 1, "join", "join t: rows that match", "join t: no row has a match", True
    ),
)


def build_coverage(*events: Event) -> Coverage:
    coverage = Coverage()
    coverage.add(PLACES, [7, 8])
    for event in events:
        coverage.record_event(event)
    return coverage


def test_the_report():
    coverage = build_coverage(Event("ended", 7, reached=[0], refused=[(3, "[NOT_SO] no")]))
    assert coverage.percent == 50
    assert "".join(coverage.render_report(70)) == (
        "file    points  missed  cover\n"
        "a.ssbt       2       1    50%\n"
        "b.ssbt       0       0   100%\n"
        "TOTAL        2       1    50%\n"
        "\n"
        "a.ssbt:4: no row takes `when x␊= 1`\n"
        "a.ssbt:5: `else` is not measured: the function around it does not tell\n"
        "    which values it asks for\n"
        "b.ssbt:1: `join t: rows that match` is not measured, Spark says:\n"
        "    [NOT_SO] no\n"
    )


def test_what_one_test_reaches_is_reached():
    coverage = build_coverage(
        Event("ended", 7, reached=[0, 1], refused=[(3, "no")]), Event("ended", 8, reached=[3])
    )
    assert coverage.percent == 100
    assert "b.ssbt" in "".join(coverage.render_report(70))
    assert "b.ssbt:1" not in "".join(coverage.render_report(70))


def test_two_of_three_are_not_67_percent():
    assert build_coverage(Event("ended", 7, reached=[0, 1])).percent == 66


def test_nothing_to_reach():
    assert Coverage().percent == 100
    assert "".join(Coverage().render_report(70)).endswith("TOTAL       0       0   100%\n")


def test_for_programs():
    document = json.loads(build_coverage(Event("ended", 7, reached=[0])).render_json())
    assert (document["percent"], document["points"], document["reached"]) == (33, 3, 1)
    first, second = document["files"]
    assert [each["state"] for each in first["points"]] == ["reached", "missed", "unmeasured"]
    assert second["points"] == [
        {"line": 1, "column": 1, "kind": "join", "what": PLACES[3].what, "state": "missed"}
    ]
