"""Long SQL is broken as `ssbtc fmt` breaks it, and is worth what it is worth on one line."""

from __future__ import annotations

import re

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.emit.sql_lines import split_sql
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import parse_file
from tests.spark.syntax_corpus import GROUPS
from tests.unit.emit.sql_lines import flat_sql, long_expressions, sql_lines, sql_literal

CASE = "case when amount > 100 then 'a large one' when amount > 10 then 'medium' else 'small' end"
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`")


def without_spaces(sql: str) -> str:
    """SQL without the spaces that stand outside quotes."""
    parts = re.split(f"({QUOTED.pattern})", sql)
    return "".join(part if index % 2 else part.replace(" ", "") for index, part in enumerate(parts))


def test_a_case_looks_as_in_the_source():
    source = Source("a.ssbt", f"let x = from a |> select {CASE} as size, another_column, and_more")
    text = format_file(parse_file(source), source)
    block = text[text.index("case") : text.index(" as size")].split("\n")
    lines = sql_lines(CASE, 60)
    assert [line.strip() for line in lines] == [line.strip() for line in block]
    assert lines == [
        "case",
        "  when amount > 100 then 'a large one'",
        "  when amount > 10 then 'medium'",
        "  else 'small'",
        " end",
    ]


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (
            "status = 'paid' and amount > 10 and (country = 'DE' or country = 'CH')",
            [
                "status = 'paid'",
                "  and amount > 10",
                "  and (",
                "    country = 'DE'",
                "    or country = 'CH'",
                "  )",
            ],
        ),
        (
            "coalesce(first_of_all, 'a text, and a word (of it', third_of_all)",
            [
                "coalesce(",
                "  first_of_all,",
                "  'a text, and a word (of it',",
                "  third_of_all",
                ")",
            ],
        ),
        (
            "amount between one_hundred_and_more and two_hundred_and_more",
            ["amount between one_hundred_and_more and two_hundred_and_more"],
        ),
    ],
)
def test_one_part_a_line(expression: str, lines: list[str]):
    assert sql_lines(expression, 24) == lines


def test_each_line_has_the_quotes_and_the_prefix_that_it_needs():
    expression = "a_column = ${limit} and b_column rlike '^\\\\d+\\\\.\\\\d+$' and c = '\"{x}'"
    assert split_sql(sql_literal(expression), 30) == [
        'f"a_column = {limit}"',
        "r\"  and b_column rlike '^\\\\d+\\\\.\\\\d+$'\"",
        '"  and c = \'\\"{x}\'"',
    ]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("room", [8, 30, 60])
def test_breaking_changes_spaces_between_words_only(group: str, room: int):
    for expression in long_expressions(group):
        lines = sql_lines(expression, room)
        assert without_spaces("".join(lines)) == without_spaces(flat_sql(expression))
        assert len(lines) > 1 or len(lines[0]) <= room
        assert all("'" not in QUOTED.sub("", line) for line in lines)


PIPELINE = """pipeline small {{}}

schema Order {{ id: bigint, status: string, amount: double }}

source orders from parquet {{ path = "in", schema = Order }}

let large = from orders |> where {condition}

sink large to noop {{}}
"""


def script(condition: str) -> list[str]:
    source = PIPELINE.format(condition=condition).encode()
    result = check_pipeline("small.ssbt", lambda path: source)
    assert result.pipeline is not None, result.findings
    text = next(file.content.decode() for file in emit_files(result) if file.path == "small.py")
    assert not set(text) & set(map(chr, range(1, 9)))
    return text.splitlines()


def test_one_condition_is_one_line():
    conditions = [f"(status = 'state number {number}' or amount > {number})" for number in range(9)]
    before = script(" and ".join(conditions))
    after = script(" and ".join([*conditions[:4], "id > 4", *conditions[5:]]))
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert [new.strip() for _, new in changed] == ['"  and id > 4"']
    longer = script(" and ".join([*conditions, "id > 4"]))
    assert [line for line in longer if line not in before] == ['        "  and id > 4"']
