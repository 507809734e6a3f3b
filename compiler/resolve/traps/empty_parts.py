"""Parts of texts that are empty in every row."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import StringType
from ssbt.compiler.types.folding.model import Value

EMPTY_PART = Code(
    "SSBT0469",
    "A part of a text that is always empty",
    """\
A length below 1 gives the empty text. It does not count from the end, as it does in Python and in
other databases. An empty delimiter does not split anything either.

| in Spark 4.1 | gives |
|---|---|
| `length(left('abc', -1))` | `0` |
| `length(substring('abc', 1, -1))` | `0` |
| `length(substring_index('a.b', '', 1))` | `0` |
| `length(repeat('abc', -1))` | `0` |
| `length(lpad('abc', -1, '0'))` | `0` |
| `substring('abc', -2)` | `bc` |
| `left('abc', length('abc') - 1)` | `ab` |
""",
    wrong=example(steps="|> extend left(status, -1) as short"),
    right=example(steps="|> extend left(status, length(status) - 1) as short"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
# The place of the length, or of the number of parts.
_LENGTHS = {
    **dict.fromkeys(("left", "right"), 1),
    **dict.fromkeys(("substring", "substr"), 2),
    **dict.fromkeys(("repeat", "lpad", "rpad"), 1),
}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if not parts or not isinstance(view.data_type(parts[0]), StringType) or view.is_constant(node):
        return
    length_index = _LENGTHS.get(name)
    if length_index is not None and len(parts) > length_index:
        length = view.outcome(parts[length_index])
        if isinstance(length, Value) and isinstance(length.value, int) and length.value < 1:
            yield _build_diagnostic(name, node, parts[length_index], length.value)
    if name == "substring_index" and len(parts) == 3:
        count = view.outcome(parts[2])
        takes_none = isinstance(count, Value) and count.value == 0 and not count.is_null
        if takes_none or view.text(parts[1]) == "":
            message = f"`{ssbt_text(node)}` is the empty text in every row"
            help_ = "the separator comes second, how many to take third"
            yield Diagnostic(EMPTY_PART, message, Label(node.span), (), (help_,))


def _build_diagnostic(name: str, node: e.Call, part: e.Expression, length: int) -> Diagnostic:
    text = ssbt_text(operands(node)[0])
    what = f"repeated {length} times, a text" if name == "repeat" else f"a length of {length}"
    message = f"{what} gives the empty text in every row"
    hint = f"without its last character it is `left({text}, length({text}) - 1)`"
    is_cut = length < 0 and name in ("left", "right", "substring", "substr")
    return Diagnostic(EMPTY_PART, message, Label(part.span), (), (hint,) if is_cut else ())
