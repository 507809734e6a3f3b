"""A small change of a source is a small change of its script and manifest."""

from __future__ import annotations

from difflib import SequenceMatcher, unified_diff
import json
from pathlib import Path
import re

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PIPELINES = sorted(path.parent.name for path in EXAMPLES.glob("*/pipeline.ssbt"))
UNUSED_SCHEMA = "\nschema NobodyReadsThis {\n  id: bigint\n  text: string\n}\n\n"
DECLARATION = re.compile(r"^(?=(?:param|schema|source|stream source) )", re.MULTILINE)
FUNCTION = re.compile(r"^def (\w+)", re.MULTILINE)
MANY_SINKS = """\
pipeline many {}

schema Order { id: bigint, amount: bigint, country: string }

source orders from csv {
  path   = "orders.csv"
  schema = Order
}

let dear = from orders |> where amount > 100

source more_orders from csv {
  path   = "more.csv"
  schema = Order
}

let cheap = from more_orders |> where amount < 10

sink cheap to parquet { path = "cheap", mode = overwrite }

sink dear to parquet { path = "dear", mode = overwrite }
"""


Counts = tuple[int, int]


def read_example(name: str) -> str:
    return (EXAMPLES / name / "pipeline.ssbt").read_text(encoding="utf-8")


def outputs(text: str, folder: Path = EXAMPLES) -> tuple[str, str, str]:
    """The script, the manifest and the source map of a pipeline with this text."""

    def read(path: str) -> bytes:
        return text.encode() if path == "pipeline.ssbt" else (folder / path).read_bytes()

    result = check_pipeline("pipeline.ssbt", read)
    assert result.pipeline is not None, [(f.code.number, f.message) for f in result.findings]
    files = {file.path: file.content.decode("latin-1") for file in emit_files(result)}
    script, manifest, source_map = (
        files[f"{result.pipeline.name}{suffix}"] for suffix in (".py", ".json", ".map.json")
    )
    return script, manifest, source_map


def count_changes(old: str, new: str) -> Counts:
    """How many lines went and how many came."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    blocks = [block[1:] for block in matcher.get_opcodes() if block[0] != "equal"]
    return sum(b - a for a, b, _, _ in blocks), sum(b - a for _, _, a, b in blocks)


def changes(old: str, new: str, folder: Path = EXAMPLES) -> list[Counts]:
    """The changed lines of script and manifest, when a source changes from `old` to `new`."""
    pairs = zip(outputs(old, folder)[:2], outputs(new, folder)[:2], strict=True)
    return [count_changes(before, after) for before, after in pairs]


def script_changes(old: str, new: str, folder: Path = EXAMPLES) -> list[str]:
    """The lines that went from a script and those that came, with their marks."""
    before, after = outputs(old, folder)[0], outputs(new, folder)[0]
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("name", PIPELINES)
def test_comment_and_blank_lines(name: str) -> None:
    text = read_example(name)
    commented = "# What nobody has to review.\n\n\n" + text
    assert changes(text, commented, EXAMPLES / name) == [(0, 0), (0, 0)]
    # It is the source map that has moved.
    old, new = outputs(text, EXAMPLES / name)[2], outputs(commented, EXAMPLES / name)[2]
    assert count_changes(old, new) == (1, 1)
    assert json.loads(old)["script"] == json.loads(new)["script"]


@pytest.mark.parametrize("name", PIPELINES)
def test_unused_schema(name: str) -> None:
    text = read_example(name)
    changed = DECLARATION.sub(UNUSED_SCHEMA, text, count=1)
    assert changed != text
    assert changes(text, changed, EXAMPLES / name) == [(0, 0), (0, 0)]


def test_added_option() -> None:
    """What the option is in Spark, and in the manifest the hash of the script."""
    changed = MANY_SINKS.replace('"more.csv"', '"more.csv"\n  header = true')
    assert script_changes(MANY_SINKS, changed) == [
        '+        .option("header", True)',
        "+        # Stop if a header does not match: columns are matched by position.",
        '+        .option("enforceSchema", False)',
    ]
    assert changes(MANY_SINKS, changed)[1] == (1, 1)


def test_added_option_of_an_example() -> None:
    text, folder = read_example("orders_stream"), EXAMPLES / "orders_stream"
    changed = text.replace("  metadata  ", "  max_offsets_per_trigger = 5000\n  metadata  ")
    assert changed != text
    assert script_changes(text, changed, folder) == [
        "-        # A bounded intake: without it the first batch takes in all that the topics",
        "-        # hold.",
        '-        .option("maxOffsetsPerTrigger", 1000000)',
        '+        .option("maxOffsetsPerTrigger", 5000)',
    ]
    assert changes(text, changed, folder)[1] == (1, 1)


def swap_sinks(text: str) -> str:
    head, first, second = re.split(r"(?=^sink )", text, flags=re.MULTILINE)
    return f"{head}{second}\n{first}"


def test_reordered_sinks() -> None:
    """Their functions and calls change places; no dataset moves, and nothing in the manifest."""
    changed = swap_sinks(MANY_SINKS)
    old, new = outputs(MANY_SINKS)[0], outputs(changed)[0]
    datasets = ["orders", "dear", "more_orders", "cheap"]
    assert FUNCTION.findall(old) == [*datasets, "write_cheap", "write_dear", "run"]
    assert FUNCTION.findall(new) == [*datasets, "write_dear", "write_cheap", "run"]
    assert sorted(old.splitlines()) == sorted(new.splitlines())
    # A function of two lines and its two blank ones, and its call.
    assert count_changes(old, new) == (5, 5)
    # Of the manifest, the hash of the script.
    assert changes(MANY_SINKS, changed)[1] == (1, 1)


def test_reordered_declarations() -> None:
    """Of all kinds: the manifest has them by name, and changes only the hash of the script."""
    params = 'param b: string = "x"\nparam a: string = "y"\n'
    connections = "".join(
        f'connection {name}: kafka {{ bootstrap_servers = "${{a}}${{b}}:{port}" }}\n'
        for name, port in (("west", 1), ("east", 2))
    )
    sources = "".join(
        f'source {name} from kafka {{ connection = {name}, subscribe = "t", value = bytes }}\n'
        f'sink {name} to json {{ path = "{name}" }}\n'
        for name in ("west", "east")
    )
    text = f"pipeline many {{}}\n{params}{connections}{sources}"
    head, *lines = text.splitlines()
    assert changes(text, "\n".join((head, *reversed(lines))))[1] == (1, 1)


@pytest.mark.parametrize("at_the_end", [False, True])
def test_added_sink(at_the_end: bool) -> None:
    sink = 'sink orders to parquet { path = "all", mode = overwrite }\n'
    changed = (
        f"{MANY_SINKS}\n{sink}" if at_the_end else MANY_SINKS.replace("sink ", f"{sink}\nsink ", 1)
    )
    # Nothing goes; a function with its two blank lines and the call of it come.
    assert changes(MANY_SINKS, changed)[0] == (0, 5)
    assert all(line.startswith("+") for line in script_changes(MANY_SINKS, changed))


@pytest.mark.parametrize("name", PIPELINES)
def test_functions_stand_in_the_order_of_the_source(name: str) -> None:
    """Those of a pass come last, for they belong to several declarations."""
    _, _, source_map = outputs(read_example(name), EXAMPLES / name)
    functions = json.loads(source_map)["functions"]
    lines = [
        int(each["place"].rpartition(":")[2])
        for each in functions
        if each["place"].startswith("pipeline.ssbt:") and not each["title"].startswith("stream ")
    ]
    assert lines == sorted(lines)
    assert [each["line"] for each in functions] == sorted(each["line"] for each in functions)
