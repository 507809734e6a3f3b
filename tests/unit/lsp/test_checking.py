"""What an editor is told while somebody types is what a look from scratch would find."""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import random
import re
from typing import Any

import pytest

from ssbt.compiler.lsp.analysis import analyze
from ssbt.compiler.lsp.checking import IncrementalChecker
from ssbt.compiler.lsp.padding import pad_source
from ssbt.compiler.resolve.steps import queries
from ssbt.compiler.source import Source, Span

ROOT = Path(__file__).parents[3]
FOLDERS = ("examples", "tests/tpch", "tests/cases", "tests/messages")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.ssbt"))
# A fixed sample of the files and a few edits each; all of them and more on demand.
EDITS = int(os.environ.get("SSBT_INCREMENTAL_EDITS", "0"))
FILES = FILES if EDITS else FILES[::12]
EDITS = EDITS or 8
WORDS = (
    *("\n", " ", "# x\n", '"', '"""', "'", "{", "}", "(", ")", ",", ";", "|>", "\r\n", "x", "1"),
    *("let a = from b\n", "\nschema S { a: int }\n", "\ntest ", " as x", "${p}", "é", " not null"),
    *("\nsink a to noop { }\n", "\n  |> select *", "\n  |> where true", " and 1 = 'a'", "upper("),
    *("# allow SSBT0340: meant\n", "\n# allow SSBT0301\n", "\nparam p: int = 1\n", "decimal(3,1)"),
)
WORD = re.compile(r"[^\W\d]\w*")


def edits(text: str, generator: random.Random) -> Iterator[str]:
    """The text after each of several edits; some undo what came before."""
    base = text
    for _ in range(EDITS):
        at = generator.randrange(len(text) + 1)
        names = [match.span() for match in WORD.finditer(text)] or [(0, 0)]
        start, end = generator.choice(names)
        match generator.randrange(8):
            case 0 | 1:
                text = text[:at] + generator.choice(WORDS) + text[at:]
            case 2:
                text = text[:at] + text[at + generator.randrange(1, 20) :]
            case 3:
                # A name in place of another one: unknown columns, cycles, two of the same name.
                other = generator.choice(names)
                text = text[:start] + text[other[0] : other[1]] + text[end:]
            case 4:
                text = text[:end] + generator.choice("xs1_") + text[end:]
            case 5:
                first = text.rfind("\n\n", 0, at) + 1
                last = text.find("\n\n", at) + 1 or len(text)
                text = text[:first] + generator.choice((text[first:last] * 2, "")) + text[last:]
            case 6:
                text = base
            case _:
                other_at = generator.randrange(len(text) + 1)
                text = text[:at] + text[other_at : other_at + generator.randrange(60)] + text[at:]
        yield text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_random_edits(path: Path):
    checker = IncrementalChecker()
    generator = random.Random(path.name)
    root, text = path.as_posix(), path.read_text(encoding="utf-8", errors="replace")
    for version in edits(text, generator):

        def read(name: str, version: str = version) -> bytes:
            return version.encode() if name == root else Path(name).read_bytes()

        checked, expected = checker.check(root, read), analyze(root, read)
        # An unknown dataset is reported before what else is wrong with its query.
        assert sorted(map(repr, checked.findings)) == sorted(map(repr, expected.findings)), version
        assert checked.sources == expected.sources
        assert checked.endpoints == expected.endpoints
        assert checked.allowances == expected.allowances
        assert checked.is_library == expected.is_library


PIPELINE = """\
pipeline p { time_zone = "UTC" }
schema S { a: int, b: string }
source s from parquet { path = "in", schema = S }
let one = from s |> where a > 1
let two = from one |> extend a + 1 as c
let three = from s |> select b
sink two to parquet { path = "two" }
sink three to parquet { path = "three" }
"""


def resolved_after(before: str, after: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many steps are resolved for the second version of a file."""
    steps: list[object] = []
    resolve_step = queries.resolve_step

    def count_step(*args: Any) -> Any:
        steps.append(args)
        return resolve_step(*args)

    checker = IncrementalChecker()
    for text in (before, before, after):

        def read(name: str, text: str = text) -> bytes:
            if name != "p.ssbt":
                raise FileNotFoundError(2, "no such file", name)
            return text.encode()

        expected = analyze("p.ssbt", read).findings
        steps.clear()
        with monkeypatch.context() as patch:
            patch.setattr(queries, "resolve_step", count_step)
            assert checker.check("p.ssbt", read).findings == expected
    return len(steps)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("# nothing", "# nothing", 0),
        ('time_zone = "UTC" }', 'time_zone = "UTC" }\n# more\n\n', 0),
        ('path = "two"', 'path = "other"', 0),
        # What follows has the same columns.
        ("where a > 1", "where a  >  1", 1),
        # Here it has not, or conditions say something else of them.
        ("where a > 1", "where a > 100", 2),
        ("where a > 1", "extend a as d", 2),
        ("from s |> select b", "from s |> select a, b", 1),
        ("a: int,", "a: bigint,", 3),
        # What is broken may have been a parameter, but of its name nothing else speaks.
        ("from s |> select b", "from s\n  |\n  |> select b", 0),
        ("let one", "schema S2 { a: int\nlet one", 0),
        ('time_zone = "UTC"', 'time_zone = "UTC", spark { "spark.sql.ansi.enabled" = "false" }', 3),
    ],
)
def test_only_what_may_have_changed_is_resolved(
    before: str, after: str, count: int, monkeypatch: pytest.MonkeyPatch
):
    text = f"# nothing\n{PIPELINE}"
    assert before in text
    assert resolved_after(text, text.replace(before, after), monkeypatch) == count


WORDS_IN_PLACE = ("schema A", "# of b", "let b", "schema D")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from c", "from c |> where x"),
        ("schema A", "# new\nschema A"),
        ("# of b", "# of it\n# of b"),
        ("from c\n", "from c # of c\n"),
        ("{ a: int }", "{ a: int, b: int }"),
        ("schema D", "let e = from b\n\nschema D"),
    ],
)
def test_declarations_stay_in_place_while_others_change(before: str, after: str):
    text = "schema A { a: int }\n\n# of b\nlet b = from c\nschema D { a: int }\n"
    first = padded = pad_source(Source("p.ssbt", text), None)
    for version in (text.replace(before, after), text, "# top\n" + text, text):
        padded = pad_source(Source("p.ssbt", version), padded)
        built = padded.build_text()
        for word in WORDS_IN_PLACE:
            start = built.index(word)
            assert word[0] == "#" or start == first.build_text().index(word)
            real = padded.real_span(Span("p.ssbt", start, start + len(word)))
            assert version[real.start : real.end] == word


def test_where_there_is_no_room_all_is_laid_out_again():
    text = "let a = from b\nlet c = from a\n"
    padded = pad_source(Source("p.ssbt", text), None)
    long = text.replace("from b", f"from {'b' * 2_000}")
    padded = pad_source(Source("p.ssbt", long), padded)
    assert padded.build_text().split() == long.split()
