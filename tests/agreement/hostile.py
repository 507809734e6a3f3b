"""Documented examples of Spark with one constant replaced by one that is hardly right."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
import re

from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.traps.rules import build_view, find_traps
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.parsing import parse_fragment
from tests.agreement.answers import none_found
from tests.agreement.asking import SparkProbe, plain_errors
from tests.agreement.examples import examples

# A literal that is no part of another, as the texts of `date '…'` and `interval '…'` are.
_CONSTANT = re.compile(
    r"(?<![\w'])(?<!\w )(?<!\w -)(?:'(?:[^'\\]|\\.|'')*'|\d+(?:\.\d+)?|null|true)(?![\w'])(?! \w)",
    re.IGNORECASE,
)
_TEXTS = ("'x1y'", "''")
_OTHERS = ("'x1y'", "0", "-1", "99999999999")

# What only Spark's own code can tell: ciphers, classes, documents and formats of other languages.
LEFT_TO_SPARK = re.compile(
    r"\b(aes_decrypt|java_method|reflect|try_reflect|schema_of_avro|schema_of_csv|schema_of_xml"
    r"|to_xml|st_\w+|xpath\w*|format_string|printf|to_number|to_time|str_to_map|transform_keys"
    r"|map_from_entries|named_struct|assert_true|raise_error"
    r"|\w*explode\w*|inline\w*|stack|json_tuple)\("
    # A pattern of other fields than numbers; steps of dates; padded bytes.
    r"|(to|unix)_\w+\([^()]*, 'x1y'\)|sequence\(to_date|[lr]pad\(unhex",
    re.IGNORECASE,
)
# A constant that makes null of every row, or fails with the first row that gets there, is refused.
REFUSED_ON_PURPOSE = re.compile(
    r"\b(date_trunc|trunc|format_number|get_json_object|sha2|regexp_extract\w*|make_t\w+|conv|"
    r"(?:try_)?parse_url)\(",
    re.IGNORECASE,
)


def hostile_constants(probe: SparkProbe, count: int) -> list[str]:
    """As many expressions as wanted, chosen at random but always the same."""
    texts = {
        question.text
        for example in examples(probe)
        if example.rows == "select 1 as nothing"
        for question in example.questions
        if question.form == "select"
    }
    result = sorted({other for text in texts for other in _replaced(text)} - texts)
    Random(7).shuffle(result)
    return result[:count]


def _replaced(text: str) -> Iterator[str]:
    for match in _CONSTANT.finditer(text):
        for other in _TEXTS if match[0].startswith("'") else _OTHERS:
            yield text[: match.start()] + other + text[match.end() :]


def our_verdict(text: str) -> str:
    """`fails`, `may fail`, `works`, or nothing where it is no expression of the language."""
    step = f"select {text} as x"
    actual = parse_fragment(Source("constant.ssbt", step), "step", 0, len(step))
    if not isinstance(actual.node, s.Select):
        return ""
    report = Report()
    flow = QueryContext(
        Relation(()), {}, TypingSettings("4.1"), report, ProgramLookup(*[none_found] * 5)
    )
    typing = flow.new_typer()
    typing.infer_type(actual.node.items[0].value)
    if any(each.severity is Severity.ERROR for each in report.findings):
        return "fails"
    traps = [*find_traps(build_view(actual.node.items[0].value, typing))]
    if any(each.severity is Severity.ERROR for each in traps):
        return "fails"
    return "may fail" if traps else "works"


def failures_of_spark(probe: SparkProbe, texts: list[str]) -> dict[str, str]:
    """Why Spark cannot compute an expression, for those that it cannot."""
    from py4j.protocol import Py4JJavaError

    result: dict[str, str] = {}
    with plain_errors(), probe.active():
        for text in texts:
            try:
                probe.query(f"select {text} from range(1)").head()
            except Py4JJavaError as error:
                result[text] = str(error.java_exception.getMessage()).strip()[:200]
    return result
