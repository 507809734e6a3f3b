"""Results as JUnit XML, as CI servers read it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ssbt.compiler.diagnostics.style import paint_rows
from ssbt.compiler.testing.results import CaseResult, Outcome
from ssbt.compiler.testing.tables import heading, render_table

_TAGS = {Outcome.FAILED: "failure", Outcome.ERROR: "error"}


def render_junit(results: Sequence[CaseResult], seconds: float) -> str:
    """One suite with all results; `seconds` are those of the whole run."""
    counts = {each: sum(r.outcome is each for r in results) for each in Outcome}
    head = (
        f'<testsuite name="ssbtc" tests="{len(results)}" errors="{counts[Outcome.ERROR]}"'
        f' failures="{counts[Outcome.FAILED]}" skipped="0" time="{seconds:.3f}">'
    )
    cases = "".join(map(_render_case, results))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n{head}\n{cases}</testsuite>\n'
        "</testsuites>\n"
    )


def describe_result(result: CaseResult) -> str:
    """All that is said of a test that did not pass, without colours."""
    texts = [result.message] if result.message else []
    for each in result.differences:
        texts.append(f"{heading(each)}\n{paint_rows(render_table(each), color=False)}")
    return "\n".join(texts).rstrip("\n")


def _render_case(result: CaseResult) -> str:
    case = result.case
    file, _, line = case.place.rpartition(":")
    attributes = (
        f"classname={_quote_attribute(case.file)} name={_quote_attribute(case.name)}"
        f' file={_quote_attribute(file)} line={_quote_attribute(line)} time="{result.seconds:.3f}"'
    )
    tag = _TAGS.get(result.outcome)
    if tag is None:
        return f"<testcase {attributes} />\n"
    text = describe_result(result)
    message = _quote_attribute(text.split("\n", 1)[0])
    body = _escape_text(text)
    return f"<testcase {attributes}><{tag} message={message}>{body}</{tag}></testcase>\n"


def _quote_attribute(text: str) -> str:
    plain = escape(_replace_unprintable(text)).replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{plain}"'


def _escape_text(text: str) -> str:
    return escape(_replace_unprintable(text), quote=False)


def _replace_unprintable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        char
        if char in "\n\t"
        or (char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe")
        or char > "\uffff"
        else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
