"""No text upsets the compiler: of any it says what is wrong, or makes a script of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from tests.samples import sample
from tests.unit.syntax.front_end import check_front_end, is_right, text_of
from tests.unit.syntax.test_robustness import BROKEN, NESTED
from tests.unit.timing import is_linear

DECLARED = """pipeline p { }
schema S { a: int, s: string }
source b from parquet { path = "in", schema = S }
sink x to parquet { path = "out" }
let x =
  from b
"""
# Steps of many parts.
MANY = {
    "values": lambda n: "|> where a in (" + ", ".join(map(str, range(n))) + ")",
    "strings": lambda n: "|> where s in (" + ", ".join(f"'it{i}'" for i in range(n)) + ")",
    "branches": lambda n: "|> extend case " + "when a = 1 then 2 " * n + "end as c",
    "conditions": lambda n: "|> where " + " and ".join(["a > 1"] * n),
    "columns": lambda n: "|> select " + ", ".join(f"a + {i} as c{i}" for i in range(n)),
    "totals": lambda n: "|> aggregate " + ", ".join(f"sum(a) as c{i}" for i in range(n)),
    "joins": lambda n: "".join(f"|> semi join b as b{i} on b{i}.a = b.a\n" for i in range(n)),
    "steps": lambda n: "|> where a > 1\n" * n,
    "names that do not exist": lambda n: "|> select " + ", ".join(f"c{i}" for i in range(n)),
}


def check_seed(seed: int) -> None:
    result = check_front_end(text_of(seed))
    if is_right(seed):
        errors = [each for each in result.findings if each.severity is Severity.ERROR]
        # Chance makes constants that Spark could not compute either.
        assert {each.code for each in errors} <= {CONSTANT_FAILS}, text_of(seed)


@given(st.integers(0, 2**32))
def test_any_text(seed: int):
    check_seed(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(13))
def test_fixed_seeds(block: int):
    """1,001 texts, of which `make test` has one in three: of each kind as many."""
    for seed in sample(range(77 * block, 77 * (block + 1)), 3):
        check_seed(seed)


LEVELS = [66, 67, 99, 100, 199, 200]


@pytest.mark.parametrize(
    "levels", [*(pytest.param(n, marks=pytest.mark.slow) for n in LEVELS), 201]
)
@pytest.mark.parametrize("kind", NESTED)
def test_depths_around_the_limit(kind: str, levels: int):
    check_front_end(f"pipeline p {{ }}\nsource a from parquet {{ }}\n{NESTED[kind](levels)}")


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files(kind: str):
    assert check_front_end(f"pipeline p {{ }}\n{BROKEN[kind](5)}").has_errors


def check_linear(kind: str, count: int) -> None:
    assert is_linear(lambda size: check_front_end(f"{DECLARED}{MANY[kind](size)}\n"), count)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MANY)
def test_time_is_linear(kind: str):
    check_linear(kind, 40)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MANY)
def test_time_is_linear_in_the_large(kind: str):
    check_linear(kind, 450)
