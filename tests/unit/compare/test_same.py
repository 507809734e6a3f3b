"""Versions that are only written differently: nothing is reported, whatever the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
import re

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.compare.pipelines import compare_pipelines
from ssbt.compiler.driver import format_source
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_file
from tests.unit.compare.versions import CORPUS, EXAMPLES, in_folder, original

FOLDERS = sorted(
    path.parent for root in (CORPUS, EXAMPLES) for path in root.glob("*/pipeline.ssbt")
)
_DATASET = re.compile(r"\b(from|join|union all|union|except|intersect) (\w+)( as (\w+))?")
_QUERY = re.compile(r"^let .*?(?=^\S|\Z)", re.DOTALL | re.MULTILINE)

Rewriting = Callable[[str, Random], str]


def text_of(folder: Path) -> str:
    """The text of the pipeline."""
    return (folder / "pipeline.ssbt").read_text("utf-8")


def laid_out(text: str, random: Random) -> str:
    """The formatter's layout, then lines with comments, blanks and other indents between them."""
    result, _ = format_source(Source("a.ssbt", text))
    assert result is not None
    lines = []
    for line in result.split("\n"):
        indent = " " * random.randrange(5) if line.startswith(" ") else ""
        lines.append(indent + line + random.choice(("", "  ", "  # Said again.")) * bool(line))
        lines += random.choice(([], [], ["# Nothing."], [""]))
    return "\n".join(lines)


def reordered(text: str, random: Random) -> str:
    """The declarations in another order."""
    source = Source("a.ssbt", text)
    file = parse_file(source).file
    pieces = [text[each.span.start : each.span.end] for each in file.declarations]
    random.shuffle(pieces)
    return "\n\n".join(pieces) + "\n"


def with_other_aliases(text: str, random: Random) -> str:
    """Every dataset under an alias of its own in each query."""
    count = iter(range(1_000))

    def query(match: re.Match[str]) -> str:
        body = match[0]
        names: dict[str, str] = {}
        for use in _DATASET.finditer(body):
            names.setdefault(use[4] or use[2], f"alias_{next(count)}_{random.randrange(9)}")
        if len(names) < len(_DATASET.findall(body)) or "apply" in body or "sql" in body:
            return body

        def use_of(result: re.Match[str]) -> str:
            return f"{result[1]} {result[2]} as {names[result[4] or result[2]]}"

        renamed = _DATASET.sub(use_of, body)
        for old, new in names.items():
            renamed = re.sub(rf"(?<![\w.]){old}\.(?=\w)", f"{new}.", renamed)
        return renamed

    return _QUERY.sub(query, text)


@pytest.mark.parametrize("rewriting", [laid_out, reordered, with_other_aliases])
@given(folder=st.sampled_from(FOLDERS), random=st.randoms(use_true_random=False))
def test_nothing_is_told(rewriting: Rewriting, folder: Path, random: Random) -> None:
    text = rewriting(text_of(folder), random)
    result = compare_pipelines(original(folder), in_folder(folder, text))
    assert [each.message for each in result.changes] == []
    assert {each.verdict.name for each in result.streams} <= {"SAFE"}


BASKETS = """pipeline baskets {}

schema Basket { x: int, y: array<struct<x: int, prices: array<int>>> }

source baskets from json { path = "in", schema = Basket }

let sums =
  from baskets
  |> where exists(y, LAMBDA)
  |> select x, aggregate(y, 0, (acc, each) -> acc + each.x) as total

sink sums to noop { mode = overwrite }
"""


def compare_lambdas(one: str, other: str) -> list[str]:
    """What is reported for two lambdas in one place."""
    old, new = (in_folder(Path("absent"), BASKETS.replace("LAMBDA", each)) for each in (one, other))
    return [each.message for each in compare_pipelines(old, new).changes]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("b -> b.x > 1", "basket -> basket.x > 1"),
        # `x` and `y` are columns, too.
        ("b -> b.x > 1", "x -> x.x > 1"),
        ("b -> exists(b.prices, p -> p > b.x)", "y -> exists(y.prices, x -> x > y.x)"),
        ("b -> exists(b.prices, p -> p > 1)", "b -> exists(b.prices, b -> b > 1)"),
        ("b -> size(b.prices) > 1", "size -> size(size.prices) > 1"),
        ("b -> b.x > length('b -> b')", "c -> c.x > length('b -> b')"),
    ],
)
def test_a_variable_of_a_lambda_is_told_by_its_place(one: str, other: str) -> None:
    assert compare_lambdas(one, other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("b -> b.x > 1", "b -> b.x > 2"),
        ("b -> b.x > x", "b -> b.x > b.x"),
        ("b -> exists(b.prices, p -> p > b.x)", "b -> exists(b.prices, p -> p > x)"),
    ],
)
def test_what_a_lambda_computes_is_told(one: str, other: str) -> None:
    assert len(compare_lambdas(one, other)) == 1
