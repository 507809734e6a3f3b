"""What a run shows, and its JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from ssbt.compiler.diagnostics.style import paint_rows
from ssbt.compiler.testing.display import Display
from ssbt.compiler.testing.junit import render_junit
from ssbt.compiler.testing.results import Case, CaseResult, Difference, Outcome
from ssbt.compiler.testing.tables import heading, render_table

ONE = Case(0, "orders.ssbt", "it adds up", "orders.ssbt:40")
TWO = Case(1, "orders.ssbt", "late & <odd> \x1b", "orders.ssbt:50")
THREE = Case(2, "users.ssbt", "nobody", "users.ssbt:9")
DIFFERENCE = Difference(
    "paid",
    "orders.ssbt:55",
    ["id", "street"],
    [
        (["1", "'Hauptstraße'"], ["1", "'主要'"], 0),
        (["2", "null"], None, 1),
        (None, ["31", "null"], None),
    ],
    4,
)
TWO_SHOWN = "orders.ssbt::late & <odd> \u241b"
RESULTS = (
    CaseResult(ONE, Outcome.PASSED, 0.25),
    CaseResult(TWO, Outcome.FAILED, 1.5, differences=(DIFFERENCE,)),
    CaseResult(THREE, Outcome.ERROR, 0.0, "orders.ssbt:7 (paid): it broke"),
)


def test_rows_side_by_side():
    assert heading(DIFFERENCE) == "orders.ssbt:55: `paid` differs in 3 rows, 4 as expected"
    assert paint_rows(render_table(DIFFERENCE), color=False) == (
        "  expected           | got\n"
        "  id  street         | id  street\n"
        "  1   'Hauptstraße'  | 1   '主要'\n"
        "      ^^^^^^^^^^^^^  |     ^^^^^^\n"
        "  2   null           | (none)\n"
        "  (none)             | 31  null\n"
    )


def test_what_differs_is_coloured():
    text = paint_rows(render_table(DIFFERENCE), color=True)
    assert "\x1b[31m'Hauptstraße'\x1b[0m" in text
    assert "\x1b[32m'主要'\x1b[0m" in text
    assert "\x1b[31m1\x1b[0m" not in text


def test_only_so_many_rows_are_shown():
    many = Difference("paid", "", ["id"], [(["1"], None, 0)] * 60, 0)
    text = paint_rows(render_table(many), color=False)
    assert len(text.splitlines()) == 53
    assert text.endswith("  … and 10 more\n")


def render_reports(display: Display) -> str:
    pieces = []
    for result in RESULTS:
        pieces += [display.render_start(result.case), display.render_end(result)]
    pieces.append(display.line_end())
    return "".join(pieces)


def test_progress():
    assert render_reports(Display(3, 40, verbose=False, color=False)) == (
        "orders.ssbt .F                    [ 66%]\nusers.ssbt E                      [100%]\n"
    )


def test_progress_with_a_line_for_each():
    assert render_reports(Display(3, 60, verbose=True, color=False)) == (
        "orders.ssbt::it adds up PASSED                        [ 33%]\n"
        "orders.ssbt::late & <odd> \u241b FAILED                    [ 66%]\n"
        "users.ssbt::nobody ERROR                              [100%]\n"
    )


def test_the_end():
    display = Display(3, 50, verbose=False, color=False)
    text = "".join(
        (
            *display.failures(RESULTS),
            *display.durations(RESULTS, 1),
            *display.summary(RESULTS, 2, 3.25),
        )
    )
    assert text == (
        f"\n{display.rule('FAILURES')}"
        f"{display.rule(TWO_SHOWN, '_')}"
        "orders.ssbt:50\n"
        "\norders.ssbt:55: `paid` differs in 3 rows, 4 as expected\n"
        f"{paint_rows(render_table(DIFFERENCE), color=False)}\n"
        f"{display.rule('users.ssbt::nobody', '_')}"
        "users.ssbt:9\n"
        "  orders.ssbt:7 (paid): it broke\n\n"
        "============== slowest 1 durations ===============\n"
        "   1.50s orders.ssbt::late & <odd> \u241b\n"
        "============ short test summary info =============\n"
        "FAILED orders.ssbt::late & <odd> \u241b\n"
        "ERROR users.ssbt::nobody\n"
        f"{display.rule('1 failed, 1 passed, 1 error, 2 deselected in 3.25s')}"
    )


def test_junit():
    suite = ElementTree.fromstring(render_junit(RESULTS, 2.0))[0]
    assert dict(suite.attrib) == {
        "name": "ssbtc",
        "tests": "3",
        "errors": "1",
        "failures": "1",
        "skipped": "0",
        "time": "2.000",
    }
    one, two, three = suite
    assert [*one] == []
    assert (two.get("classname"), two.get("file"), two.get("line")) == (
        "orders.ssbt",
        "orders.ssbt",
        "50",
    )
    assert two.get("name") == "late & <odd> \N{REPLACEMENT CHARACTER}"
    assert two[0].tag == "failure"
    assert two[0].get("message") == heading(DIFFERENCE)
    assert "'Hauptstraße'  | 1" in (two[0].text or "")
    assert (three[0].tag, three[0].text) == ("error", "orders.ssbt:7 (paid): it broke")
