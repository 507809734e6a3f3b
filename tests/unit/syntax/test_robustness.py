"""Whatever a file contains, the answer is a tree and findings in it, soon, and no exception."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ssbt.compiler.diagnostics.codes import encoding as encoding_codes
from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.encoding import decode_source
from ssbt.compiler.syntax.formatting.files import format_file
from ssbt.compiler.syntax.parsing import ParsedFile, parse_file
from tests.samples import sample
from tests.unit.syntax.test_formatting import LAYOUTS
from tests.unit.timing import is_linear

WHERE = "let x = from a |> where "
NESTED: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: WHERE + "(" * n + "1" + ")" * n,
    "tuples": lambda n: WHERE + "(1, " * n + "1" + ")" * n,
    "indexes": lambda n: WHERE + "a" + "[a" * n + "]" * n,
    "subscripts": lambda n: WHERE + "a" + "[0]" * n,
    "fields": lambda n: WHERE + "f(x)" + ".a" * n,
    "conditions": lambda n: WHERE + "case when " * n + "a" + " then 1 end" * n,
    "otherwise": lambda n: WHERE + "case when a then 1 else " * n + "a" + " end" * n,
    "calls": lambda n: WHERE + "f(" * n + "a" + ")" * n,
    "lambdas": lambda n: WHERE + "f(x -> " * n + "a" + ")" * n,
    "windows": lambda n: WHERE + "f(a) over (order by " * n + "a" + ")" * n,
    "partitions": lambda n: WHERE + "f(a) over (partition by " * n + "a" + ")" * n,
    "filters": lambda n: WHERE + "f(a) filter (where " * n + "a" + ")" * n,
    "groups": lambda n: WHERE + "f(a) within group (order by " * n + "a" + ")" * n,
    "in lists": lambda n: WHERE + "a in (" * n + "1" + ")" * n,
    "negations": lambda n: WHERE + "not " * n + "a",
    "signs": lambda n: WHERE + "- " * n + "a",
    "casts": lambda n: WHERE + "cast(" * n + "a" + " as int)" * n,
    "postfix casts": lambda n: WHERE + "a" + "::int" * n,
    "collations": lambda n: WHERE + "a" + " collate b" * n,
    "variants": lambda n: WHERE + "a" + ":b" * n,
    "arrays": lambda n: "schema s { a: " + "array<" * n + "int" + ">" * n + " }",
    "structs": lambda n: "schema s { a: " + "struct<a:" * n + "int" + ">" * n + " }",
    "maps": lambda n: "schema s { a: " + "map<int, " * n + "int" + ">" * n + " }",
    "blocks": lambda n: "pipeline x " + "{ a " * n + "{}" + "}" * n,
    "kinds": lambda n: "pipeline x { a = " + "k { a = " * n + "1" + "}" * n + "}",
    "lists": lambda n: "pipeline x { a = " + "[" * n + "]" * n + "}",
    "datasets": lambda n: "let x = from " + "a(" * n + "b" + ")" * n,
}
LONG: dict[str, Callable[[int], str]] = {
    "entries": lambda n: "pipeline x {\n" + "a = 1\n" * n + "}",
    "columns": lambda n: "schema x {\n" + "a: struct<b:int>\n" * n + "}",
    "steps": lambda n: "let x = from a " + "|> distinct " * n,
    "declarations": lambda n: "let x = from a\n" * n,
    "numbers in a list": lambda n: WHERE + "a in (" + "1, " * n + "1)",
    "comments": lambda n: "# c\n" * n,
    "strings": lambda n: WHERE + "'a' " * n,
    "dots": lambda n: WHERE + "a" + ".a" * n,
    "parameters": lambda n: 'pipeline x { a = "' + "${a}" * n + '" }',
}
BROKEN: dict[str, Callable[[int], str]] = {
    "declarations without an end": lambda n: "let x = from\n" * n,
    "declarations with an open bracket": lambda n: "let x = from a |> where (\n" * n,
    "steps with an open bracket": lambda n: "let x = from a\n" + "|> where (\n" * n,
    "steps with a closing bracket": lambda n: "let x = from a\n" + "|> where )\n" * n,
    "entries without a value": lambda n: "pipeline x {\n" + "a =\n" * n + "}",
    "entries on a line": lambda n: "pipeline x {\n" + "a = 1 b = 2\n" * n + "}",
    "columns without a colon": lambda n: "schema x {\n" + "a int\n" * n + "}",
    "rules without an action": lambda n: "expect x {\n" + "a: b > 1\n" * n + "}",
    "blocks without an end": lambda n: "source x from csv {\n a = 1\n" * n,
    "open parentheses": lambda n: WHERE + "(" * n,
    "open brackets": lambda n: WHERE + "a[" * n,
    "open braces": lambda n: "pipeline x " + "{ a " * n,
    "open calls": lambda n: WHERE + "f((a, " * n,
    "closing parentheses": lambda n: WHERE + "a" + ")" * n,
    "closing braces": lambda n: "}" * n,
    "quotes": lambda n: "'\n" * n,
    "double quotes": lambda n: '"\n' * n,
    "triple quotes": lambda n: '"""' * (2 * n + 1),
    "backticks": lambda n: "`\n" * n,
    "a long string": lambda n: WHERE + "'" + "a" * n,
    "backslashes": lambda n: 'pipeline x { a = "' + "\\" * n,
    "dollars": lambda n: WHERE + "${" * n,
    "signs": lambda n: "?! " * n,
    "words": lambda n: "abc " * n,
    "semicolons": lambda n: ";\n" * n,
    "semicolons in a block": lambda n: "pipeline x {" + "a = 1; " * n + "}",
    "comments of another language": lambda n: "-- a\n" * n,
    "comments without an end": lambda n: "/*\n" * n,
    "stray words": lambda n: "secret a\nb c d\n" * n,
    "declarations on a line": lambda n: "secret a b secret c " * n,
    "brackets of another kind": lambda n: "pipeline x {" + "[" * n + "a = 1" + ")" * n + "}",
    "lines of no entry": lambda n: "pipeline x {\n" + "a\n" * n + "}",
    "commas for entries": lambda n: "pipeline x {\n" + ", " * n + "}",
    "keywords": lambda n: "let # a\n" * n,
    "a keyword and space": lambda n: "pipeline" + " " * n,
    "digits": lambda n: WHERE + "1e" * n,
    "dots": lambda n: WHERE + "." * n,
    "less than": lambda n: WHERE + "a" + " <" * n,
    "open types": lambda n: "schema x { a: " + "array<" * n,
    "commas": lambda n: WHERE + "a" + "," * n,
    "bad escapes": lambda n: WHERE + " and ".join(["'\\ud800'"] * n),
}


def read(text: str) -> ParsedFile:
    """The file, with a look at what must be true of every answer."""
    result = parse_file(Source("a.ssbt", text))
    for finding in result.findings:
        labels = [finding.primary, *finding.secondary]
        spans = [*(label.span for label in labels), *(edit.span for edit in finding.fix)]
        assert all(0 <= span.start <= span.end <= len(text) for span in spans), finding
    return result


def numbers(result: ParsedFile) -> list[str]:
    return [finding.code.number for finding in result.findings]


@pytest.mark.parametrize("kind", NESTED)
def test_four_hundred_levels(kind: str):
    result = read(NESTED[kind](400))
    assert numbers(result) == [codes.NESTED_TOO_DEEPLY.number]


@pytest.mark.parametrize("kind", NESTED)
def test_a_hundred_levels(kind: str):
    source = Source("a.ssbt", NESTED[kind](95))
    result = parse_file(source)
    assert not result.findings
    once = format_file(result, source)
    again = Source("a.ssbt", once)
    assert format_file(parse_file(again), again) == once


# Every operator that may follow itself, and some that follow each other.
CHAINS = (
    *("+", "-", "*", "/", "%", "div", "||", "&", "|", "^", "<<", ">>", ">>>"),
    *("=", "!=", "<", ">", "<=", ">=", "<=>", "+ a -", "* a /", "= a + a * a - a ="),
)


@pytest.mark.parametrize("operator", CHAINS)
def test_flat_chains_of_operators(operator: str):
    """400 of them one after another, which Spark takes: see `spark/test_long_chains.py`."""
    operands = 401 if len(operator.split()) == 1 else 101
    operands = 201 if operator == "!=" else operands
    source = Source("a.ssbt", WHERE + f" {operator} ".join(["a"] * operands))
    chain = parse_file(source)
    assert not chain.findings
    again = Source("a.ssbt", format_file(chain, source))
    assert format_file(parse_file(again), again) == again.text


@pytest.mark.parametrize("operator", [each for each in CHAINS if len(each.split()) == 1])
def test_a_chain_that_is_too_long(operator: str):
    (finding,) = read(WHERE + f" {operator} ".join(["a"] * 402)).findings
    assert finding.code is codes.NESTED_TOO_DEEPLY
    limit = 200 if operator == "!=" else 400
    assert f"more than {limit} operators follow each other" in finding.message
    # The way out.
    part = f"({f' {operator} '.join(['a'] * (limit - 100))})"
    assert not read(WHERE + f" {operator} ".join([part] * 10)).findings


@pytest.mark.slow
def test_chains_may_be_long():
    assert not read(WHERE + " and ".join(["a = 1"] * 9_000)).findings
    assert numbers(read(WHERE + " or ".join(["a"] * 25_000))) == [codes.NESTED_TOO_DEEPLY.number]


@pytest.mark.parametrize(
    "text",
    [
        WHERE + "|>" * 100_000,
        WHERE + "|> where\n" * 100_000,
        "pipeline p {\n" + "a = = 1\n" * 100_000 + "}\n",
        "let a = = 1\n" * 100_000,
    ],
)
def test_a_thousand_mistakes_are_enough(text: str):
    result = numbers(read(text))
    assert len(result) <= 1_003
    assert len(result) == 1 or codes.TOO_MANY_MISTAKES.number in result


def test_a_broken_file_of_a_million_tokens_has_one_finding():
    assert len(read("pipeline p {\n}\n" + '""\\' * 500_000).findings) == 1


@pytest.mark.parametrize("text", ["a > 1" + "e9" * 100_000, "`" + "x y " * 100_000 + "` = = 1"])
def test_messages_quote_in_part(text: str):
    result = read(WHERE + text)
    assert result.findings
    assert all(len(each.message) < 4_000 for each in result.findings)


@pytest.mark.parametrize("kind", LONG)
def test_long_files(kind: str):
    assert not read(LONG[kind](1_000)).findings


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_longer_files(kind: str):
    count = 100_000 if kind in ("entries", "numbers in a list") else 20_000
    assert not read(LONG[kind](count)).findings


@pytest.mark.slow
@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_read_in_linear_time(kind: str):
    assert is_linear(lambda count: read(BROKEN[kind](count)), 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sample(BROKEN, 4))
def test_long_broken_files_are_read_in_linear_time(kind: str):
    """A sample of those above, of which `make agreement` takes all."""
    assert is_linear(lambda count: read(BROKEN[kind](count)), 1_000)


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_found(kind: str):
    assert read(BROKEN[kind](10)).findings


@pytest.mark.parametrize("kind", [kind for kind in BROKEN if "with" in kind])
def test_one_mistake_hides_no_other(kind: str):
    assert len(read(BROKEN[kind](30)).findings) == 30


def test_a_line_of_ten_megabytes():
    assert numbers(read("a" * 10_000_000)) == [encoding_codes.FILE_TOO_LARGE.number]
    assert not read("let x = from " + "a" * 3_900_000).findings


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("let x = from \0a", encoding_codes.NUL_CHARACTER, 13),
        ("let x\ufeff = from a", encoding_codes.STRAY_BYTE_ORDER_MARK, 5),
        ("\ufeff\ufefflet x = from a", encoding_codes.STRAY_BYTE_ORDER_MARK, 1),
        ("let x = from a\ud800", encoding_codes.UNREADABLE_CHARACTER, 14),
    ],
)
def test_unreadable_characters(text: str, code, at: int):
    result = read(text)
    assert numbers(result) == [code.number]
    assert result.findings[0].primary.span.start == at


def test_a_byte_order_mark_at_the_start_is_skipped():
    result = read("\ufefflet x = from a")
    assert not result.findings
    assert result.file.declarations[0].span.start == 1


@pytest.mark.parametrize(
    ("data", "at"),
    [(b"let x\xff = from a", 5), ("# caf\u00e9 \u20ac".encode() + b"\xe9", 8), (b"\x80", 0)],
)
def test_bytes_that_are_not_utf8(data: bytes, at: int):
    result = decode_source("a.ssbt", data)
    assert isinstance(result, Diagnostic)
    assert result.code is encoding_codes.INVALID_UTF8
    assert result.primary.span.start == at


@pytest.mark.parametrize("line_end", ["\r", "\r\n", "\n"])
def test_line_ends(line_end: str):
    text = LAYOUTS["comments"].replace("\n", line_end)
    source = Source("a.ssbt", text)
    result = parse_file(source)
    assert not result.findings
    broken = Source("a.ssbt", f"let x = from a{line_end}{line_end}let y = form b")
    place = parse_file(broken).findings[0].primary.span.start
    assert broken.position(place) == (3, 9)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{WHERE}'abc", literals.UNTERMINATED_STRING),
        (f'{WHERE}"abc', literals.UNTERMINATED_STRING),
        (f"{WHERE}'abc\\'", literals.UNTERMINATED_STRING),
        (f"{WHERE}`abc", literals.UNTERMINATED_NAME),
        ('pipeline p { a = "abc', literals.UNTERMINATED_STRING),
        ('pipeline p { a = """abc', literals.UNTERMINATED_STRING),
        ("pipeline p { a = [1", codes.UNCLOSED_BRACKET),
        ("pipeline p { a = k {", codes.UNCLOSED_BRACKET),
        (f"{WHERE}(1", codes.UNCLOSED_BRACKET),
        (f"{WHERE}a[1", codes.UNCLOSED_BRACKET),
        (f"{WHERE}case when a then b", codes.UNEXPECTED_TOKEN),
        ("schema s { a: array<int", codes.UNCLOSED_BRACKET),
        ("let x =", codes.UNEXPECTED_TOKEN),
        ("let", codes.UNEXPECTED_TOKEN),
        (f"{WHERE}${{a", codes.UNEXPECTED_CHARACTER),
    ],
)
def test_files_that_end_too_early(text: str, code):
    assert numbers(read(text)) == [code.number]
    assert code.number in numbers(read(text + "\n\nlet y = from b\n"))
