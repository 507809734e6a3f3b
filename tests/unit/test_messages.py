"""What people type who come from SQL, PySpark, dbt, Flink or YAML, and what they are told.

`tests/messages/ORIGIN.txt` has the mistakes, `ORIGIN.expected.txt` the answers, which
`pytest --snapshot-update` writes again: read each as the one who typed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re

from msgspec import Struct
import pytest

from ssbt.compiler.diagnostics.fixes import apply_fixes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import CheckResult, check_pipeline
from ssbt.compiler.source import Source

MESSAGES = Path(__file__).resolve().parents[1] / "messages"
ORIGINS = sorted(path for path in MESSAGES.glob("*.txt") if ".expected" not in path.name)
HEAD = re.compile(r"^=== (\w+): (.+)\n", re.MULTILINE)
BEFORE = """\
pipeline shop { checkpoint = "checkpoints", time_zone = "UTC" }
param lake: string = "data"
param minimum: decimal(12,2) = 0.01
schema Order {
  id: bigint, customer_id: bigint, amount: decimal(12,2), status: string, placed_on: date
  placed_at: timestamp, tags: array<string>, address: struct<city: string, zip: string>
}
schema Customer { id: bigint, name: string }
"""
ORDERS = """\
source orders from parquet { path = "${lake}/${minimum}/orders", schema = Order }
"""
BATCHES = f"""\
{ORDERS}source old_orders from parquet {{ path = "${{lake}}/old", schema = Order }}
source customers from parquet {{ path = "${{lake}}/customers", schema = Customer }}
sink old_orders to noop {{ }}
sink customers to noop {{ }}
"""
QUERY = "let result =\n  from orders\n"
SINK = "sink result to noop { }\n"
# A mistake in a block of its own is looked at even where nothing uses it.
FRAMES = {
    "file": ("", ""),
    "declarations": (f"{BEFORE}{BATCHES}sink orders to noop as all_orders {{ }}\n\n", ""),
    "stream": (f"{BEFORE}stream {ORDERS}\n", ""),
    "steps": (f"{BEFORE}{BATCHES}{QUERY}", f"\n{SINK}"),
}


class Mistake(Struct, frozen=True):
    """What somebody typed, in a whole file."""

    title: str
    text: str

    def answer(self, text: str) -> CheckResult:
        files = {"input.ssbt": text.encode()}

        def read(path: str) -> bytes:
            if path not in files:
                raise FileNotFoundError(2, "No such file or directory", path)
            return files[path]

        return check_pipeline("input.ssbt", read)


def mistakes(origin: Path) -> Iterator[Mistake]:
    _, *parts = HEAD.split(origin.read_text("utf-8"))
    for kind, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        before, behind = FRAMES[kind]
        body = body.rstrip("\n") + "\n"
        indented = "".join(f"  {line}" for line in body.splitlines(keepends=True))
        yield Mistake(title, f"{before}{indented if kind == 'steps' else body}{behind}")


# Warnings about what nothing uses tell nothing about the mistake.
def findings(result: CheckResult) -> list[Diagnostic]:
    return [
        actual for actual in result.findings if actual.code.number not in ("SSBT0209", "SSBT0223")
    ]


def assert_ways_out(result: CheckResult) -> None:
    """Every finding names a way out, in `help` or as a fix."""
    assert [actual.message for actual in result.findings if not (actual.help or actual.fix)] == []


def describe_mistake(mistake: Mistake) -> str:
    """All that is said about a mistake, and how far its fixes lead."""
    result = mistake.answer(mistake.text)
    assert_ways_out(result)
    messages = offered = findings(result)
    report = text_report(messages, result.sources, width=100, color=False)
    text = "".join(f"{line}\n" for line in report.splitlines() if line.strip("| \u2502"))
    fixed = mistake.text
    for _ in range(3):
        if not any(actual.fix for actual in offered):
            break
        fixed = apply_fixes(Source("input.ssbt", fixed), offered)
        offered = findings(mistake.answer(fixed))
    if fixed != mistake.text:
        text += f"FIXED: {', '.join(actual.message for actual in offered) or 'nothing is left'}\n"
    return f"=== {mistake.title} ({len(messages)})\n{text}"


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: origin.stem)
def test_messages(origin: Path, pytestconfig: pytest.Config):
    answer = "\n".join(describe_mistake(mistake) for mistake in mistakes(origin))
    expected = origin.with_suffix(".expected.txt")
    if pytestconfig.getoption("update_snapshots"):
        expected.write_text(answer, "utf-8")
    assert answer == expected.read_text("utf-8")
