"""The tables of other dialects' functions: each line is read, and gives what this language has.

The values are those that real Spark gives: `tests/spark/test_foreign_forms.py`.
"""

from __future__ import annotations

import re

import pytest

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.foreign.advice import ADVICE, WITHOUT_COUNTERPART
from ssbt.compiler.syntax.foreign.forms import Form, all_forms, convert_call, find_forms
from ssbt.compiler.syntax.foreign.renamed import RENAMED
from ssbt.compiler.syntax.parsing import parse_expression
from ssbt.compiler.types.functions import find_function

FORMS = list(all_forms())
# Functions of Spark, which others call with other arguments.
# `when` follows the name of a module: `F.when(a, b)`.
SHARED = {
    *("date_add", "date_sub", "date_diff", "when"),
    *("date_trunc", "time_trunc", "trunc", "last_day"),
}
SAMPLES = {
    "function": "x -> x > 1",
    "interval": "interval 1 day",
    "literal": "'text'",
    "plain": "','",
    "plain_2": "':'",
    "plain_strftime": "'%Y-%m-%d'",
    "strftime": "'%d.%m.%Y %H:%M'",
    "type": "bigint",
    "unit": "month",
    "condition": "a > 1",
}
CALL = re.compile(r"\b([a-z_]\w*)\(")
NO_CALLS = {"over", "in", "cast", "try_cast", "where", "filter", "not"}


def sample(form: Form) -> e.Call:
    """A call that the form takes, of columns where it takes anything."""
    columns = iter("abcdefgh")
    arguments = [
        parameter
        if not re.fullmatch(r"[a-z]\w*", parameter)
        else SAMPLES.get(parameter) or f"{next(columns)}1"
        for parameter in form.parameters
    ]
    node = parse_expression(f"`{form.name}`({', '.join(arguments)})")
    if "." in form.name:
        node = parse_expression(f"{form.name}({', '.join(arguments)})")
    assert isinstance(node, e.Call), form.left
    return node


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.left)
def test_each_form_gives_an_expression(form: Form):
    text = convert_call(form, sample(form))
    assert text is not None
    if "…" in text or "FIELD" in text:
        assert not form.is_same
        return
    assert parse_expression(text) is not None, text
    for name in CALL.findall(text):
        assert name in NO_CALLS or find_function(name) is not None, name


def test_what_is_a_function_here_needs_no_way_out():
    """It would never be told, or told of what is right."""
    names = {*RENAMED, *ADVICE, *WITHOUT_COUNTERPART, *(form.name for form in FORMS)}
    assert {name for name in names if find_function(name) is not None} == SHARED


def test_renamed_functions_are_there():
    assert {name for name in RENAMED.values() if find_function(name) is None} == set()


def test_a_name_has_one_way_out():
    """A form takes some arguments, and advice is for others; a new name is for all."""
    assert {form.name for form in FORMS} & set(RENAMED) == set()
    assert set(ADVICE) & set(RENAMED) == set()
    assert WITHOUT_COUNTERPART & {*ADVICE, *RENAMED, *(form.name for form in FORMS)} == frozenset()


def converted(text: str) -> str | None:
    node = parse_expression(text)
    assert isinstance(node, e.Call)
    return next(filter(None, (convert_call(f, node) for f in find_forms(node.name.text))), None)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("div0(a + 1, b + 2)", "if((b + 2) = 0, 0, (a + 1) / (b + 2))"),
        ("mid(upper(s), 1, n + 1)", "substring(upper(s), 1, n + 1)"),
        ("timestamp_trunc(at, MONTH)", "date_trunc('MONTH', at)"),
        ("timestamp_trunc(at, 'month')", "date_trunc('MONTH', at)"),
        ("timestamp_trunc(at, decade)", None),
        ("str_split(s, '.')", None),
        ("str_split(s, ';')", "split(s, ';')"),
        ("sumif(a, '>1')", None),
        ("array_replace(tags, item, 'b')", None),
        ("parse_date('%Q', s)", None),
        ("str_to_date(s, '%M %Y')", "to_date(s, 'yyyy-MM-dd')"),
        ("array_length(tags, 2)", None),
        ("mid(s)", None),
    ],
)
def test_arguments_are_put_in(call: str, expected: str | None):
    assert converted(call) == expected
