"""Every code is found, has a number of its own and a page, and is declared where it may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import runpy

import pytest

from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.explain import RANGES, render_index, render_page
from ssbt.compiler.diagnostics.model import Code

ROOT = Path(__file__).resolve().parents[3]
COMPILER = ROOT / "compiler"
HOMES = (
    COMPILER / "diagnostics" / "codes",
    COMPILER / "check",
    COMPILER / "resolve" / "traps",
)


def constructions(tree: ast.Module) -> Iterator[tuple[ast.Call, bool]]:
    """Each `Code(…)` in a module, and whether a module-level name holds what it makes."""
    named = {
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            if called == "Code" or (isinstance(called, ast.Name) and called.id == "Code"):
                yield node, node in named


@pytest.mark.slow
def test_a_code_can_only_be_made_where_the_registry_finds_it():
    result = 0
    for path in COMPILER.rglob("*.py"):
        at_home = any(path.is_relative_to(home) for home in HOMES)
        for call, is_constant in constructions(ast.parse(path.read_text("utf-8"))):
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            assert at_home, f"{place}: a Code made outside {HOMES}"
            assert is_constant, f"{place}: a Code that is no constant of its module"
            result += 1
    assert result == len(registry.list_codes())


def test_the_walk_sees_what_it_must():
    source = "A = Code('1')\nB: Code = model.Code('2')\ndef f():\n    return Code('3')\n"
    assert [named for _, named in constructions(ast.parse(source))] == [True, True, False]


def test_numbers_are_in_order_and_in_a_range():
    numbers = [code.number for code in registry.list_codes()]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"SSBT\d{4}", number) for number in numbers)
    assert {number[4:6] for number in numbers} <= set(RANGES)


def test_two_codes_with_one_number_are_our_mistake():
    one, other = (Code("SSBT0101", title, "", "", "") for title in ("a", "b"))
    assert registry.register_codes([("m.A", one), ("n.A", one)]) == (one,)
    with pytest.raises(registry.DuplicateCodeError, match=r"declared as m\.A and as n\.B"):
        registry.register_codes([("m.A", one), ("n.B", other)])


@pytest.mark.parametrize("written", ["SSBT0101", "ssbt0101", "0101", "101", " SSBT101 "])
def test_a_code_is_found_however_its_number_is_written(written):
    result = registry.find_code(written)
    assert result is not None
    assert result.number == "SSBT0101"


def test_near_numbers():
    assert registry.find_code("SSBT9999") is None
    assert registry.find_code("nonsense") is None
    assert "SSBT0101" in registry.near_numbers("SSBT0011")
    assert registry.near_numbers("zzzzzzzz") == ()


def test_a_page_says_what_and_why():
    for code in registry.list_codes():
        text = render_page(code)
        assert text.startswith(f"# {code.number}: {code.title}\n")
        assert len(code.why) > 60, code.number
        assert not code.title.endswith("."), code.number
        assert code.wrong != code.right or not code.wrong, code.number
        assert all(line.isprintable() and len(line) <= 110 for line in text.split("\n"))


def test_the_index_names_every_code():
    text = render_index(registry.list_codes())
    assert re.findall(r"\]\((SSBT\d{4})\.md\)", text) == [c.number for c in registry.list_codes()]


def test_docs_errors_is_in_step():
    expected = runpy.run_path(str(ROOT / "tools" / "error_docs.py"))["pages"]()
    folder = ROOT / "docs" / "errors"
    names = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    assert names == expected, "run `python tools/error_docs.py`"
