"""`-k`."""

from __future__ import annotations

import pytest

from ssbt.compiler.testing.selection import ExpressionError, parse_expression

NAMES = ("orders.ssbt::late rows are dropped", "orders.ssbt::Empty", "users.ssbt::late logins")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("late", (0, 2)),
        ("EMPTY", (1,)),
        ("late rows", (0,)),
        ("late and users", (2,)),
        ("late and not users", (0,)),
        ("not late", (1,)),
        ("empty or users", (1, 2)),
        ("empty or users and rows", (1,)),
        ("(empty or users) and late", (2,)),
        ("not (empty or users)", (0,)),
        ("'late rows' or \"late logins\"", (0, 2)),
        ("'and'", ()),
        ("orders.ssbt::", (0, 1)),
    ],
)
def test_expressions(expression: str, expected: tuple[int, ...]):
    fits = parse_expression(expression)
    assert tuple(place for place, name in enumerate(NAMES) if fits(name)) == expected


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("late and", "a word is missing in `late and`"),
        ("", "a word is missing in ``"),
        ("(late", "a `)` is missing in `(late`"),
        ("late)", "`)` is one too many in `late)`"),
        ("'late", "a quote is not closed in `'late`"),
        ("not and late", "a word is missing in `not and late`"),
    ],
)
def test_mistakes(expression: str, problem: str):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(expression)
    assert str(caught.value) == problem
