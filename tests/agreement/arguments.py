"""Calls of functions with constants good and bad, and whether they can work: ours and Spark's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
import re

from ssbt.compiler.diagnostics.model import Diagnostic, Severity
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.steps import Step
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolve_step
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types.datatypes import LONG
from tests.agreement.answers import none_found
from tests.agreement.asking import SparkProbe, plain_errors

_SLOT = re.compile(r"<<(.*?)>>")
_MOST = 1_000
_VALUE = re.compile(
    r"(?:(?:date|timestamp|timestamp_ntz|interval|x) ?)?'.*'|-?[\d.]+[A-Z]?|\w+\(.*\)|true"
)

# What only Spark's own code or the document itself can tell, limits of years that nobody reaches,
# casts within structs and maps; `raise_error` and `assert_true` mean to fail.
LEFT_TO_SPARK = re.compile(
    r"^(xpath\w*|java_method|reflect|to_xml|from_avro|to_avro|schema_of_(avro|csv)|assert_true"
    r"|raise_error|variant_get|hll_sketch_estimate|bitmap_construct_agg|aes_\w+|validate_utf8"
    r"|timestampadd|array_insert)\("
    r"|^(date_add|date_sub|lag)\(.*2147483|^interval .*9223372|^timestamp '.*(106751991|300000)"
    r"|'yyyy\]'|\[yyyy-MM-dd\]|\{\"type\":\"x\"\}|'FAILFAST'|'maxColumns'|Mars'|9e18D"
    r"|^cast\((map|named_struct)\(| as interval|x -> 1 / x|range between 'x'"
    r"|^sequence\((timestamp|c0).*interval",
)
# What is null in every row, or stops the job with the first row that gets there; a format of
# dates that is a column is taken by Spark alone.
REFUSED_ON_PURPOSE = re.compile(
    r"^(conv|regexp_extract|regexp_extract_all|sha2|parse_url|get_json_object|trunc|date_trunc"
    r"|format_number)\(|\$\{|Format'|^decode\(.*'one'|^to_char\(.*, c1\)"
)


@dataclass(frozen=True)
class Attempt:
    """An expression alone in its step; `columns` has the values of its columns, by their names."""

    text: str
    word: str = "select"
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def step(self) -> str:
        return f"{self.word} {self.text} as x"

    @property
    def query(self) -> str:
        """The same in Spark's words, over one row, for most of which no job has to run."""
        columns = "".join(f", {value} as {name}" for name, value in self.columns)
        rows = f"(select id{columns} from values (0L) as t (id))"
        return f"select {self.text} as x from {rows}"


def attempts() -> Iterator[Attempt]:
    """Every combination of the table, and those with a column for one of the constants.

    A column has the first value of its place, which is good.
    """
    lines = Path(__file__).with_name("arguments.txt").read_text("utf-8").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        word, text = ("aggregate", line[10:]) if line.startswith("aggregate ") else ("select", line)
        pieces = _SLOT.split(text)
        choices = [[choice.strip() for choice in slot.split(" ;; ")] for slot in pieces[1::2]]
        combined = list(product(*choices))
        if len(combined) > _MOST:
            combined = Random(line).sample(combined, _MOST)
        for chosen in combined:
            yield Attempt(_filled(pieces, chosen), word)
        if word == "select" and len(choices) > 1 and " over (" not in text:
            yield from _with_columns(pieces, choices, combined)


def _filled(pieces: list[str], chosen: Sequence[str]) -> str:
    return pieces[0] + "".join(
        value + after for value, after in zip(chosen, pieces[2::2], strict=True)
    )


def _with_columns(
    pieces: list[str], choices: list[list[str]], combined: list[tuple[str, ...]]
) -> Iterator[Attempt]:
    for place, values in enumerate(choices):
        # A word, a part of another literal, or the body of a lambda.
        if not _VALUE.fullmatch(values[0]):
            continue
        for chosen in combined:
            if chosen[place] == values[0]:
                name = f"c{place}"
                others = (*chosen[:place], name, *chosen[place + 1 :])
                yield Attempt(_filled(pieces, others), "select", ((name, values[0]),))


def our_verdict(attempt: Attempt) -> tuple[str, tuple[str, ...]]:
    """`fails`, `may fail`, `works` or `not parsed`, and the findings."""
    columns = [Column("id", LONG, False)]
    for name, value in attempt.columns:
        typed = _step(Attempt(value), Relation(tuple(columns)))[0]
        assert typed is not None, value
        columns.append(Column(name, typed.output.columns[-1].type, True))
    step, findings = _step(attempt, Relation(tuple(columns)))
    message = tuple(f"{result.code.number} {result.message}" for result in findings)
    if any(result.severity is Severity.ERROR for result in findings):
        return "fails", message
    if step is None:
        return "not parsed", message
    return "may fail" if findings else "works", message


def _step(attempt: Attempt, relation: Relation) -> tuple[Step | None, tuple[Diagnostic, ...]]:
    source = Source("attempt.ssbt", attempt.step)
    actual = parse_fragment(source, "step", 0, len(source.text))
    report = Report()
    flow = QueryContext(
        relation, {}, TypingSettings("4.1"), report, ProgramLookup(*[none_found] * 5)
    )
    step = None if actual.node is None else resolve_step(actual.node, flow)
    return step, (*actual.findings, *report.findings)


def failures_of_spark(probe: SparkProbe, attempted: Sequence[Attempt]) -> dict[Attempt, str]:
    """Why Spark cannot compute an expression, for those that it cannot."""
    from py4j.protocol import Py4JJavaError

    failures: dict[Attempt, str] = {}
    with plain_errors(), probe.active():
        for attempt in attempted:
            try:
                probe.query(attempt.query).head()
            except Py4JJavaError as error:
                failures[attempt] = str(error.java_exception.getMessage()).strip()[:200]
    return failures
