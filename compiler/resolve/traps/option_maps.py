"""The options of `from_json` and the like, which Spark skips where it does not know them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
import re

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import ValueKind
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import texts

UNKNOWN_OPTION = Code(
    "SSBT0466",
    "An option that the function does not have",
    """\
`from_json`, `to_json`, `from_csv` and the like take a map of options, and ignore any that they do
not know. With a misspelt `dateFormat` every date is read in the default format, and dates in
another format become null.

| in Spark 4.1 | gives |
|---|---|
| `from_csv('1;2', 'a int, b int', map('sep', ';'))` | `{1, 2}` |
| `from_csv('1;2', 'a int, b int', map('seperator', ';'))` | `{null, null}` |
""",
    wrong=example(
        steps="|> extend from_csv(status, 'a int, b int', map('seperator', ';')) as parts"
    ),
    right=example(steps="|> extend from_csv(status, 'a int, b int', map('sep', ';')) as parts"),
    severity=Severity.WARNING,
    way_out="leave it out, or take one that it has",
)

TAKES = (e.Call,)
# The format of each function, and the place of its options.
OPTIONS_OF = {
    "from_json": ("json", 2),
    "to_json": ("json", 1),
    "schema_of_json": ("json", 1),
    "from_csv": ("csv", 2),
    "to_csv": ("csv", 1),
    "schema_of_csv": ("csv", 1),
}
# Those that Spark has besides what files have.
_MORE = (
    "delimiter",
    "charset",
    "rescuedDataColumn",
    "columnNameOfCorruptRecord",
    "singleVariantColumn",
)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    format_, _ = OPTIONS_OF.get(function_name(node), ("", 0))
    for key, value in find_options(node):
        if key.value.lower() == "mode" and function_name(node).startswith("from_"):
            yield from _check_mode(value, view)
        names = _known_options(format_)
        if key.value.lower() in {name.lower() for name in names}:
            yield from _unusable(key.value, format_, value, view)
            continue
        suggestion = did_you_mean(key.value, names)
        message = f"`{function_name(node)}` has no option `{key.value}`, and Spark ignores it"
        fix = (Edit(key.span, quote(suggestion)),) if suggestion else ()
        help_ = (f"did you mean `{suggestion}`?",) if suggestion else ()
        yield Diagnostic(UNKNOWN_OPTION, message, Label(key.span), (), help_, fix)


def _unusable(
    key: str, format_: str, value: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """A value that stops the job when Spark reads the options."""
    text = view.text(value)
    if text is None:
        return
    expected = _describe_expected(key.lower(), text, _kinds(format_).get(key.lower()))
    if expected is not None:
        message = f"the option `{key}` cannot be '{text}'"
        help_ = (f"it takes {expected}",)
        yield Diagnostic(CONSTANT_FAILS, message, Label(value.span), (), help_)


def _describe_expected(key: str, text: str, kind: ValueKind | None) -> str | None:
    """What an option takes, where the text is no such value."""
    if key in ("dateformat", "timestampformat", "timestampntzformat"):
        return texts.check_date_format(text)
    if key in ("sep", "delimiter"):
        return None if text else "one character or more"
    if key in ("quote", "escape", "comment"):
        return "one character" if len(text) > 1 else None
    if kind is ValueKind.BOOLEAN:
        return None if text.lower() in ("true", "false") else "'true' or 'false'"
    if kind is ValueKind.INTEGER:
        return None if re.fullmatch(r"[+-]?\d{1,9}", text) else "a whole number"
    return None


def _check_mode(value: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """Any other word is `permissive` to Spark, but for one that it stops at."""
    text = view.text(value)
    if text is None or text.lower() in ("permissive", "failfast"):
        return
    message = f"functions have no mode '{text}'"
    help_ = "'permissive' makes null of what cannot be read, 'failfast' stops the job"
    yield Diagnostic(UNKNOWN_OPTION, message, Label(value.span), (), (help_,))


def find_options(node: e.Call) -> Iterator[tuple[e.StringLiteral, e.Expression]]:
    """The names and values of the options that a call is given in a map of constants."""
    parts = operands(node)
    _, index = OPTIONS_OF.get(function_name(node), ("", 0))
    if not index or len(parts) <= index:
        return
    map_call = without_parentheses(parts[index])
    if not isinstance(map_call, e.Call) or function_name(map_call) != "map":
        return
    pairs = operands(map_call)
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        name = without_parentheses(key)
        if isinstance(name, e.StringLiteral):
            yield name, value


@cache
def _kinds(format_: str) -> Mapping[str, ValueKind]:
    """The kinds of values that options take, by Spark's names for these in small letters."""
    connector = find_connector(format_)
    assert connector is not None
    options = [
        option for role in (connector.source, connector.sink) if role for option in role.options
    ]
    return {option.spark.lower(): option.type.kind for option in options if option.spark}


@cache
def _known_options(format_: str) -> tuple[str, ...]:
    specification = find_connector(format_)
    assert specification is not None
    roles = (specification.source, specification.sink)
    names = {option.spark for role in roles if role for option in role.options if option.spark}
    return tuple(sorted({*names, *_MORE}))
