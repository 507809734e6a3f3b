"""JSON and its like with two fields of the same name."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.structs import find_doubled_field

DOUBLED_KEY = Code(
    "SSBT0493",
    "Two fields of the same name in JSON or XML",
    """\
Fields are found by name. If two fields have the same name, only one gets the value, and the other
is null. And programs disagree about an object that is written with a key twice.

| in Spark 4.1 | gives |
|---|---|
| `string(from_json('{"a": 1}', 'a int, a string'))` | `{null, 1}` |
| `string(from_json('{"a": 1}', 'a int, A int'))` | `{1, null}` |
| `to_json(named_struct('a', 1, 'a', 2))` | `{"a":1,"a":2}` |
""",
    wrong=example(steps="|> select from_json(status, 'a int, a string') is null as broken"),
    right=example(steps="|> select from_json(status, 'a int, b string') is null as broken"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_READING = ("from_json", "from_xml")
_WRITING = ("to_json", "to_xml")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name not in (*_READING, *_WRITING) or not parts:
        return
    subject = node if name in _READING else parts[0]
    doubled = find_doubled_field(view.data_type(subject))
    if doubled is None:
        return
    place = parts[1] if name in _READING and len(parts) > 1 else parts[0]
    message = f"there are two fields `{doubled}`"
    message += ", of which one stays null" if name in _READING else " in what is written"
    help_ = ("give each field a name of its own",)
    yield Diagnostic(DOUBLED_KEY, message, Label(place.span), (), help_)
