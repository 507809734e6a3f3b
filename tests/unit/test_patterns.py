"""Regular expressions that are compiled when they are first used."""

import ast
from pathlib import Path
import re

import pytest

import ssbt.compiler
from ssbt.compiler.patterns import lazy_pattern

COMPILER = Path(str(ssbt.compiler.__file__)).parent


def test_it_does_what_a_compiled_pattern_does():
    text = "ab-12, CD-34"
    lazy, compiled = (
        make(r"(?P<word>[a-z]+)-(\d+)", re.IGNORECASE) for make in (lazy_pattern, re.compile)
    )
    assert lazy.findall(text) == compiled.findall(text)
    assert lazy.sub(r"\2-\1", text) == compiled.sub(r"\2-\1", text)
    assert [match.span() for match in lazy.finditer(text)] == [(0, 5), (7, 12)]
    assert [match["word"] for match in lazy.finditer(text)] == ["ab", "CD"]
    assert lazy.fullmatch(text) is None
    assert (lazy.pattern, lazy.flags, lazy.groups) == (
        compiled.pattern,
        compiled.flags,
        compiled.groups,
    )
    assert lazy_pattern(rb"\d").sub(b"", b"a1") == b"a"


def test_it_is_compiled_when_it_is_used():
    broken = lazy_pattern("(")
    with pytest.raises(re.error):
        broken.match("")


def _compiled_on_import(path: Path) -> list[int]:
    """The lines of a module whose `re.compile` runs when it is imported."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    lines = []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            lines.append(node.lineno)
        functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        pending += [each for each in ast.iter_child_nodes(node) if not isinstance(each, functions)]
    return lines


def test_no_module_compiles_one_while_it_is_imported():
    compiled = {
        path.relative_to(COMPILER).as_posix(): lines
        for path in COMPILER.rglob("*.py")
        if (lines := _compiled_on_import(path))
    }
    assert compiled == {}
