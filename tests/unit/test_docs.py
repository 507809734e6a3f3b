"""The documentation holds: its examples compile, and it names every word of the grammar.

A block fenced as `ssbt` is a whole file if it has a `pipeline`, a list of steps if it begins with
`|>`, and otherwise declarations; the latter two are put into a pipeline of ours. One fenced as
`ssbt error CODE` gives this code and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
import re
import runpy

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.diagnostics import registry
from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = ROOT / "docs" / "language.md"
GRAMMAR = ROOT / "grammar" / "ssbt.lark"
FENCED = re.compile(r"^```ssbt([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(
    r"^(?:stream\s+)?(param|schema|source|let|transform|connection)\s+(\w+)", re.MULTILINE
)

CATALOG = {
    "connection lake": 'connection lake: iceberg { catalog = hadoop, warehouse = "data" }\n',
}
# What the examples may refer to, unless they declare it themselves.
SCAFFOLD = {
    **CATALOG,
    "param lake": 'param lake: string = "data"\n',
    "param minimum": "param minimum: decimal(12,2) = 0.01\n",
    "param rows": "param rows: int = 10\n",
    "param with_header": "param with_header: boolean = true\n",
    "schema Order": """\
schema Order {
  id:          bigint
  customer_id: bigint
  amount:      decimal(12,2)
  discount:    decimal(12,2)
  status:      string
  placed_on:   date
  at:          timestamp
  tags:        array<string>
  prices:      map<string, double>
  address:     struct<city: string, zip: string>
}
""",
    "schema ShortOrder": "schema ShortOrder { id: bigint, amount: decimal(12,2) }\n",
    "schema Customer": "schema Customer { id: bigint, country: string }\n",
    "source orders": 'source orders from json { path = "data/orders", schema = Order }\n',
    "source customers": 'source customers from json { path = "data/c", schema = Customer }\n',
    "let large_orders": "let large_orders =\n  from orders\n  |> where amount > 100\n",
    "let large_orders_in_short": (
        "let large_orders_in_short =\n  from large_orders\n  |> select status, id\n"
    ),
    "let old_orders": "let old_orders =\n  from large_orders_in_short\n",
    "transform cleaned": "transform cleaned(input: Order) =\n  from input\n  |> where amount > 0\n",
    "transform without": (
        "transform without(input: Order, other: Order) =\n"
        "  from input\n  |> anti join other using (id)\n"
    ),
}
# Columns that every format can hold.
FLAT = {
    **CATALOG,
    "schema Order": "schema Order { status: string }\n",
    "source orders": 'source orders from json { path = "data/orders", schema = Order }\n',
}
PAIRS = FLAT | {"schema Order": "schema Order { id: bigint, status: string }\n"}
IMPORTED = b"schema Shared { id: bigint }\n"
MODULE = b"def scored(orders):\n    return orders\n\n\nscore = scored\n"
MODULE += b"\n\ndef upsert(orders, batch):\n    pass\n"
MODULE += b"\n\nclass Visits(StatefulProcessor):\n    pass\n"
AVRO = b'{"type": "record", "name": "Order", "fields": [{"name": "status", "type": "string"}]}'
PULLED = b'{"subject": "orders-value", "version": 3, "id": 7, "type": "AVRO", "schema": %b}' % AVRO
FILES = {
    ".py": MODULE,
    ".avsc": AVRO,
    ".proto": b'syntax = "proto3"; package shop; message Parcel { int64 id = 1; }',
    ".json": PULLED,
}


@dataclass(frozen=True)
class Example:
    page: str
    line: int
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """All pages but those of the codes, whose examples `test_cases` compiles."""
    folder = ROOT / "docs"
    results = [path for path in folder.rglob("*.md") if path.parent != folder / "errors"]
    return [ROOT / "README.md", *sorted(results)]


def examples() -> Iterator[Example]:
    for page in pages():
        text = page.read_text("utf-8")
        for match in FENCED.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            _, _, code = match[1].partition(" error ")
            yield Example(page.relative_to(ROOT).as_posix(), line, code.strip(), match[2])


def scaffold_of(page: str) -> Mapping[str, str]:
    """What an example needs around it; text files have one column."""
    if not page.startswith("docs/connectors/"):
        return SCAFFOLD
    return FLAT if page == "docs/connectors/text.md" else PAIRS


def whole(text: str, scaffold: Mapping[str, str]) -> str:
    """A file that holds the example."""
    if re.search(r"^pipeline\s", text, re.MULTILINE):
        return text
    if text.lstrip().startswith("|>"):
        text = f"let result =\n  from orders\n{text}"
    declared = {f"{kind} {name}".lower() for kind, name in DECLARED.findall(text)}
    parts = [part for key, part in scaffold.items() if key.lower() not in declared]
    sink = "" if re.search(r"^sink\s", text, re.MULTILINE) else "sink orders to noop {\n}\n"
    head = f'pipeline example {{\n  checkpoint = "c"\n  time_zone = "UTC"\n{_target(text)}}}\n'
    return "\n".join([head, *parts, text, sink])


def _target(text: str) -> str:
    """The Spark line for examples of a connector that has no package for the default one."""
    for name in re.findall(r"^(?:source|sink) \w+ (?:from|to) (\w+)", text, re.MULTILINE):
        connector = find_connector(name)
        lines = [line for line, _ in connector.packages] if connector else []
        if lines and "4.1" not in lines:
            return f'  target = "{lines[-1]}"\n'
    return ""


def read(files: dict[str, bytes], path: str) -> bytes:
    if path in files:
        return files[path]
    return FILES.get(Path(path).suffix, IMPORTED)


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_examples_compile(example: Example):
    files = {"main.ssbt": whole(example.text, scaffold_of(example.page)).encode()}
    result = check_pipeline("main.ssbt", lambda path: read(files, path))
    errors = [actual for actual in result.findings if actual.severity is Severity.ERROR]
    expected = {example.code} if example.code else set()
    report = text_report(errors, result.sources)
    assert {actual.code.number for actual in errors} == expected, f"\n{report}"


def keywords() -> Iterator[str]:
    """The words of the grammar's keyword terminals, in lower case."""
    text = GRAMMAR.read_text("utf-8")
    terminals = re.compile(r"^([A-Z_]+)\.\d: /(.*)/i(?: [A-Z_]+)?$", re.MULTILINE)
    for terminal, pattern in terminals.findall(text):
        if terminal in ("NUMBER", "HEX", "RAW_STRING"):
            continue
        while (shorter := re.sub(r"\(\?(?:<?[=!])(?:[^()]|\([^()]*\))*\)", "", pattern)) != pattern:
            pattern = shorter
        yield from re.findall(r"[a-z]\w+", re.sub(r"\\[a-zA-Z]", " ", pattern))


def test_the_reference_names_every_keyword():
    text = LANGUAGE.read_text("utf-8").lower()
    missing = {word for word in keywords() if word not in text}
    # Of the many words for units one of each kind is enough.
    units = re.search(r"^QUANTITY.*$", GRAMMAR.read_text("utf-8"), re.MULTILINE)
    assert units is not None
    assert {word for word in missing if word not in units.group()} == set()


def test_the_reference_names_every_step_and_declaration():
    grammar = GRAMMAR.read_text("utf-8")
    text = LANGUAGE.read_text("utf-8")
    steps = re.findall(r"-> step_(\w+)", grammar)
    assert len(steps) > 20
    headed = " ".join(re.findall(r"^###? .*$", text, re.MULTILINE)).lower()
    later = text[text.index("## Not supported yet") :]
    others = {"set_operation": "union", "transform": "transforms"}
    for step in steps:
        name = others.get(step, step.replace("_", " "))
        assert name in headed or f"`{name}" in later, step
    (declarations,) = re.findall(r"^\?declaration: ([\w|\s]+)", grammar, re.MULTILINE)
    for name in re.findall(r"\w+", declarations.split("\n\n")[0]):
        word = name.rstrip("_")
        assert f"### `{word}`" in text or f"`{word}" in later, name


def test_the_reference_names_codes_that_exist():
    existing = {code.number for code in registry.list_codes()}
    for page in pages():
        unknown = set(re.findall(r"SSBT\d{4}", page.read_text("utf-8"))) - existing
        assert unknown == set(), page


def test_links_lead_somewhere():
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, _ = target.partition("#")
            if path and "://" not in path:
                assert (page.parent / path).exists(), f"{page}: {target}"


def test_the_table_of_state_is_the_compilers() -> None:
    """`tools/state_docs.py` writes the page again."""
    space = runpy.run_path(str(ROOT / "tools" / "state_docs.py"))
    assert (ROOT / "docs" / "state.md").read_text("utf-8") == space["page"]()
