"""The layout is black's, for black has nothing to change."""

from __future__ import annotations

import ast
import subprocess
import sys

import black
import pytest

from ssbt.compiler.emit.layout import lay_out
from ssbt.compiler.emit.literals import f_string
from ssbt.compiler.emit.pieces import split_literal
from ssbt.compiler.ir.expressions import TextMark
from tests.unit.emit.code_samples import CodeSamples

SCRIPTS, AT_ONCE = 300, 10


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=pytest.mark.slow if first else ())
        for first in range(0, SCRIPTS, AT_ONCE)
    ],
)
def test_black_changes_nothing(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        code = CodeSamples(seed).script()
        result = lay_out(code)
        assert ast.dump(ast.parse(result)) == ast.dump(ast.parse(code)), seed
        assert black.format_str(result, mode=black.Mode()) == result, seed


def test_black_is_not_imported_for_what_we_emit() -> None:
    program = (
        "import sys\n"
        "from tests.unit.emit.building import full_of, script_of\n"
        "script_of(full_of('plain'))\n"
        "sys.exit('black' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(
    "code",
    [
        "x = [a for a in b]\n",
        "x = a if b else c\n",
        "x = f(*a, **b)\n",
        "x = a + b * c\n",
        'x = ",".join(a)\n',
        "x = f(\n    a,\n)\n",
        'x = f("""a\nb""")\n',
    ],
)
def test_other_code_goes_to_black(code: str) -> None:
    assert lay_out(code) == black.format_str(code, mode=black.Mode())


def test_black_lays_out_single_statements() -> None:
    """What is beside a statement that is left to black keeps the lines of its SQL."""
    parts = (TextMark.GROUP, "MERGE INTO target", TextMark.SPACE, f"USING {'c' * 60}", TextMark.END)
    statement = f"        merge({f_string(parts)})"
    other = "        x = [a for a in b if some_function_of(a) and another_function_of(a) or a > 0]"
    head = ["def f(a: A) -> None:", "    def g(b: B) -> None:"]
    result = lay_out("\n".join([*head, statement, other, ""]))
    assert '            "MERGE INTO target"\n            " USING ccc' in result
    assert black.format_str(result, mode=black.Mode()) == result


def test_black_is_not_imported_for_examples() -> None:
    """But for the two that have a text with a parameter in it, and a tuple of one."""
    program = (
        "from pathlib import Path\n"
        "import sys\n"
        "from ssbt.compiler.driver import check_pipeline, emit_files\n"
        "for path in sorted(Path('examples').glob('*/*.ssbt')):\n"
        "    result = check_pipeline(str(path), lambda name: Path(name).read_bytes())\n"
        "    if result.pipeline and path.parent.name not in ('environments', 'order_table'):\n"
        "        emit_files(result)\n"
        "        assert 'black' not in sys.modules, path\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


def test_black_has_the_last_word_on_absurd_fields() -> None:
    """After the first run it would change its mind on the parentheses around `None`."""
    field = f"{'name_' * 15}: Annotated[str, {'x' * 30!r}, {'y' * 30!r}] = None"
    result = lay_out(f"class Params:\n    {field}\n")
    assert black.format_str(result, mode=black.Mode()) == result


def statement(code: str) -> str:
    """A statement of a function, laid out."""
    return lay_out(f"def f():\n    {code}\n").removeprefix("def f():\n")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('return (df.where("a = 1"))', '    return df.where("a = 1")\n'),
        ('(df.write.save("a"))', '    df.write.save("a")\n'),
        (
            f'(df.write.mode("{"a" * 30}").option("{"b" * 20}").save("c"))',
            "    (\n"
            f'        df.write.mode("{"a" * 30}")\n'
            f'        .option("{"b" * 20}")\n'
            '        .save("c")\n'
            "    )\n",
        ),
        (
            'return (df.read.format("a")\n# Why it is so.\n.option("x", 1).option("y", 2).load())',
            "    return (\n"
            '        df.read.format("a")\n'
            "        # Why it is so.\n"
            '        .option("x", 1)\n'
            '        .option("y", 2)\n'
            "        .load()\n"
            "    )\n",
        ),
        (
            'return (df.where("status = 1 and amount > 2 or (a between 3 and 4 and'
            " b in (1, 2, 3)) and country = 'DE'\"))",
            "    return df.where(\n"
            '        "status = 1 and amount > 2 or (a between 3 and 4 and b in (1, 2, 3))"\n'
            "        \" and country = 'DE'\"\n"
            "    )\n",
        ),
        (
            'return (df.sql("select a, b\\n  from t\\n where a > 1 -- which is more than nothing at'
            ' all, is it not"))',
            "    return df.sql(\n"
            '        "select a, b\\n"\n'
            '        "  from t\\n"\n'
            '        " where a > 1 -- which is more than nothing at all, is it not"\n'
            "    )\n",
        ),
    ],
)
def test_shapes(code: str, expected: str) -> None:
    assert statement(code) == expected


def test_notes_are_always_in_lines_of_their_own() -> None:
    field = 'name: Annotated[str, "STRING", "what it is called by those who know"] = "no name yet"'
    assert lay_out(f"class Params:\n    {field}\n") == (
        "class Params:\n"
        "    name: Annotated[\n"
        "        str,\n"
        '        "STRING",\n'
        '        "what it is called by those who know",\n'
        '    ] = "no name yet"\n'
    )


@pytest.mark.parametrize(
    ("literal", "room", "pieces"),
    [
        ('"a and b"', 80, ['"a and b"']),
        ('"aaa and bbb and ccc"', 14, ['"aaa and bbb"', '" and ccc"']),
        ('"aaa, bbb, ccc"', 12, ['"aaa, bbb, "', '"ccc"']),
        ("'a \"b\" and it is c'", 14, ["'a \"b\"'", '" and it is c"']),
        ('f"{a} and b and {{c}}"', 14, ['f"{a} and b"', '" and {c}"']),
        ('f"aaa {bbbbbbbbbbbbbbbb} c"', 10, ['"aaa "', 'f"{bbbbbbbbbbbbbbbb} "', '"c"']),
        ('"' + "x" * 30 + '"', 10, ['"' + "x" * 30 + '"']),
        ('"\\\\ \\u2028 \\x00 a"', 10, ['"\\\\ "', '"\\u2028 "', '"\\x00 a"']),
    ],
)
def test_pieces(literal: str, room: int, pieces: list[str]) -> None:
    assert split_literal(literal, room) == pieces
    assert worth("".join(pieces)) == worth(literal)


def worth(code: str) -> str:
    """The value of literals side by side, a value in them standing for its name."""
    names = dict.fromkeys(("a", "bbbbbbbbbbbbbbbb"), "?")
    result: str = eval(code, names)
    return result
