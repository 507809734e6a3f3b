"""Words are keywords only where they can occur; the formatter writes backticks where they must."""

from __future__ import annotations

import re

import pytest

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import names
from ssbt.compiler.syntax.ast.declarations import File
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import parse_file
from ssbt.compiler.syntax.tables import load_tables
from tests.unit.syntax.trees import difference

WORDS = sorted(
    {word for word in load_tables().words if word.isalpha()}
    | {"by", "end", "group", "key", "order", "row", "start", "table", "user", "value", "try_cast"}
)
# A place for a name, `W`, and the words that are something else in it.
EVERYTHING = {"case", "false", "not", "null", "true"}
OPERATORS = {
    *("and", "as", "asc", "between", "collate", "desc", "div", "for", "ilike", "in", "is"),
    *("like", "not", "or", "regexp", "rlike"),
}
STEPS = {
    *("aggregate", "as", "deduplicate", "distinct", "drop", "explode", "extend", "join"),
    *("limit", "offset", "pivot", "rename", "select", "set", "unpivot", "watermark", "where"),
}
# As the name of an entry they begin a condition, which no backticks say.
CONDITIONS = {"replace", "delete_when", "constraint"}
AFTER = (
    *("1", "'x'", "b", "f(x)", "(a)"),
    *("int not null", "int @pii", "int comment 'c'", "decimal(1,2)", "array<int>", "interval day"),
)
VALUES = (
    *("1", '"x"', '"""x"""', "true", "b", "${p}", "10 minutes", "every 1 minute"),
    *("available now", "[a]", "{ a = 1 }", "avro { a = 1 }", "-1"),
)
FREE = [
    *(f"pipeline p {{\n  a = {value}\n  W = 1\n  W {{ a = 1 }}\n}}" for value in VALUES),
    "pipeline p { W = 1, a.W = 1, W.a = 1 }",
    *(f"schema S {{\n  a: int default {after}\n  W: int\n}}" for after in AFTER[:5]),
    *(f"schema S {{\n  a: {after}\n  W: int\n}}" for after in AFTER[5:]),
    "schema S { W: int @W, b: struct<W: int, W string> }",
    "expect s {\n  W: a > 1 else W\n  W: b else drop\n}",
    "connection c: W { }",
    "source s from W { }",
    "let x = from W as W",
    "let x = from W(W as W) |> t(W as W) |> join W as W using (W, W)",
    "let x = from W |> union W |> except all W |> intersect W",
    "transform t(W: W, W: W) = from W",
    "sink a.W to W as W { }",
    'test "t" { given W (W, W) { } then after 1 W { } }',
    "let x = from a |> as W |> rename b.W as W |> drop b.W |> select b.W as W, c as W",
    "let x = from a |> explode f(b) as W with position as W |> explode c as (W, W)",
    'let x = from a |> apply "m:f" returns W |> sql "" returns W',
    "let x = from a |> unpivot W for W in (b as W) |> pivot f(b) as W for c in (1 as W)",
    "let x = from a |> select f(b.W).W, b.W.W, c:W",
]
HEADS = [
    *(f"{keyword} W {{ }}" for keyword in ("pipeline", "schema", "expect")),
    *("param W: int", "secret W", "connection W: c { }", "source W from c { }"),
    *("let W = from a", "transform W(a: S) = from a", "sink W to c { }"),
]
EXPRESSIONS = [
    *("W", "W + 1", "a + W", "(W)", "f(W)", "f(a, W)", "W[0]", "W.a", "W = W", "-W", "not W"),
    *("W and W", "W is null", "W in (W)", "W between W and W", "W like W", "W::int"),
    *("case when W then W else W end", "case W when W then W end", "cast(W as int)"),
    *("sum(distinct W)", "f(W => 1)", "f(W -> W + 1)", "f((W, W) -> W + W)", "W.*", "W:a"),
    *("* except (W)", "f(x) over (partition by W, W order by W desc, W)", "W collate X"),
    *("f(x) over (order by W rows 1 preceding)", "extract(year from W)", "trim(W)"),
    *("trim(W from W)", "trim(both W from W)", "substring(W from W for W)", "position(W in W)"),
    *("overlay(W placing W from W)", "interval 1 day + W", "f(a as W)", "W >> 1", "W || W"),
    *("f(*) filter (where W)", "f(x) within group (order by W)", "distinct W as a, W"),
]
PLACES = ["where W", "select W", "select W, W", "extend a, W as b", "order by a, W desc"]
PLACES += ["aggregate W group by W, W", "set W = W", "drop W, W", "rename W as b", "watermark W"]
PLACES += ["deduplicate by W, W", "explode outer W as b", "pivot f(W) for W in (W)"]
DELAY = {"watermark W": " delay 1 day"}


def tree(text: str) -> File | None:
    result = parse_file(Source("a.ssbt", text))
    return None if result.findings else result.file


def otherwise(text: str, words: list[str] = WORDS) -> set[str]:
    """The words that cannot stand for `W` without backticks."""
    results = set()
    for word in words:
        quoted = tree(re.sub(r"\bW\b", f"`{word}`", text))
        assert quoted is not None, (word, text)
        bare = tree(re.sub(r"\bW\b", word, text))
        if bare is None or difference(bare, quoted) is not None:
            results.add(word)
        check_formatting(re.sub(r"\bW\b", f"`{word}`", text), quoted)
    return results


def check_formatting(text: str, file: File) -> None:
    """The formatter writes enough backticks."""
    source = Source("a.ssbt", text)
    again = tree(format_file(parse_file(source), source))
    assert again is not None, text
    assert difference(file, again) is None


def sample(number: int) -> list[str]:
    """Some of the words, others for each number."""
    return WORDS[number % 16 :: 16]


def free_words(number: int, words: list[str]) -> list[str]:
    """The words that are names where a number of `FREE` has a name."""
    begins_entry = "W = 1" in FREE[number]
    return [word for word in words if not (begins_entry and word in CONDITIONS)]


@pytest.mark.parametrize("number", range(len(FREE)))
def test_where_nothing_else_can_stand_a_word_is_a_name(number: int):
    assert otherwise(FREE[number], free_words(number, sample(number))) == set()


def test_the_names_of_conditions_begin_conditions():
    assert otherwise("pipeline p { W = 1 }", sorted(CONDITIONS)) == CONDITIONS


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(FREE)))
def test_where_nothing_else_can_stand_every_word_is_a_name(number: int):
    assert otherwise(FREE[number], free_words(number, WORDS)) == set()


@pytest.mark.parametrize("number", range(len(HEADS)))
def test_an_operator_is_no_name_of_a_declaration(number: int):
    # `source is null` is an item of a list that ends with a comma.
    words = [*sorted(OPERATORS)[number % 4 :: 4], *sample(number)]
    assert otherwise(HEADS[number], words) == OPERATORS & set(words)


@pytest.mark.slow
@pytest.mark.parametrize("text", HEADS)
def test_only_an_operator_is_no_name_of_a_declaration(text: str):
    assert otherwise(text) == OPERATORS


@pytest.mark.parametrize("keyword", sorted(names._DECLARATIONS - {"import", "stream", "test"}))
@pytest.mark.parametrize(
    "following",
    ["let x = from a", 'import "a.ssbt"', "sink a to b { }", 'test "t" { }', "secret b", "# c"],
)
def test_a_keyword_is_a_column_where_the_next_declaration_begins(keyword: str, following: str):
    text = f"let y = from a |> select b, W\n\n{following}"
    bare, quoted = (tree(text.replace("W", word)) for word in (keyword, f"`{keyword}`"))
    assert bare is not None
    assert difference(bare, quoted) is None


def test_a_secret_may_be_named_after_a_declaration():
    text = "secret `let`\n\nlet x = from a\n"
    source = Source("a.ssbt", text)
    assert format_file(parse_file(source), source) == text


def test_a_step_is_no_name_of_a_transform():
    assert otherwise("let x = from a |> W(b)") == STEPS


def test_true_and_false_are_no_words():
    assert otherwise("pipeline p { a = [W, W], b = W { } }") == {"true", "false"}


def in_expressions() -> list[str]:
    steps = [f"{place}{DELAY.get(place, '')}" for place in PLACES]
    texts = [f"let x = from a |> {step}" for step in steps]
    return [*texts, *(f"let x = from a |> select {expression}" for expression in EXPRESSIONS)]


def test_a_word_is_reserved_in_expressions_only_if_it_is_known_to_be():
    for number, text in enumerate(in_expressions()):
        assert otherwise(text, sample(number)) <= names._RESERVED


@pytest.mark.slow
def test_the_words_reserved_in_expressions():
    """No more than these, so that no other name is written in backticks."""
    results = set().union(*(otherwise(text) for text in in_expressions()))
    only_in_spark = {"array", "map", "struct"}
    assert results | only_in_spark == names._RESERVED


def test_the_words_reserved_as_functions():
    result = otherwise("let x = from a |> select W(1), a + W(1), W(1, 2) as b")
    assert result <= names._RESERVED | names._FORMS
    assert result >= names._FORMS


@pytest.mark.parametrize("name", ["größe", "名前", "a1", "_", "Ω"])
def test_letters_of_all_alphabets(name: str):
    text = f"let {name} =\n  from {name}\n  |> where {name}.{name} > 1\n"
    file = tree(text)
    assert file is not None
    source = Source("a.ssbt", text)
    assert format_file(parse_file(source), source) == text


@pytest.mark.parametrize("name", ["a b", "1a", "a-b", "a`b", "a.b", " ", "é!"])
def test_other_names_stand_in_backticks(name: str):
    quoted = "`" + name.replace("`", "``") + "`"
    text = f"let {quoted} =\n  from {quoted}\n  |> where {quoted}.{quoted} > 1\n"
    file = tree(text)
    assert file is not None
    source = Source("a.ssbt", text)
    assert format_file(parse_file(source), source) == text
