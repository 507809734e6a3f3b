"""Keys that are hashes of texts put together."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

HASHED_NULLS = Code(
    "SSBT0454",
    "A hash of columns that may be null",
    """\
`concat` and `||` give null if any part is null, so all such rows have no key. `concat_ws` skips
nulls, so rows with nulls in different places get the same key.

| in Spark 4.1 | gives |
|---|---|
| `md5(concat('a', null))` | `null` |
| `md5(concat_ws('-', 'a', null, 'b')) = md5(concat_ws('-', 'a', 'b', null))` | `true` |
| `md5(to_json(struct('a', null, 'b'))) = md5(to_json(struct('a', 'b', null)))` | `false` |

Replace nulls with a text, `coalesce(a, '')`, and use a separator that no value contains; or hash
`to_json(struct(…))`.
""",
    wrong=example(steps="|> extend md5(concat_ws('-', status, placed_on)) as key"),
    right=example(steps="|> extend md5(to_json(struct(status, placed_on))) as key"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_HASHES = ("md5", "sha", "sha1", "sha2", "crc32", "hash", "xxhash64")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    if function_name(node) not in _HASHES or not node.arguments:
        return
    inner = without_parentheses(node.arguments[0].value)
    if not isinstance(inner, e.Call):
        return
    name, parts = function_name(inner), operands(inner)
    if name not in ("concat", "concat_ws") or len(parts) < 2 + (name == "concat_ws"):
        return
    nullable = [part for part in parts if view.type_of(part).nullable]
    if not nullable:
        return
    columns = ", ".join(f"`{ssbt_text(part)}`" for part in nullable[:3])
    consequence = "and then the key is null" if name == "concat" else "which is left out of the key"
    message = f"{columns} may be null, {consequence}"
    help_ = ("hash `to_json(struct(…))`, or give nulls a text of their own by `coalesce`",)
    yield Diagnostic(HASHED_NULLS, message, Label(inner.span), (), help_)
