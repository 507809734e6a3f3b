"""Arguments that stand in each other's places."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

SWAPPED_ARGUMENTS = Code(
    "SSBT0447",
    "Arguments that seem to be swapped",
    """\
A constant is where the text to search should be, and a column is where the constant should be. The
order differs between functions: `instr(text, part)`, but `locate(part, text)`. `trim`, `ltrim` and
`rtrim` take first what they cut off, unlike in other databases.

| in Spark 4.1 | gives |
|---|---|
| `instr('@', 'ann@example.com')` | `0` |
| `instr('ann@example.com', '@')` | `4` |
| `locate('ann@example.com', '@')` | `0` |
| `locate('@', 'ann@example.com')` | `4` |
| `nullif('', 'paid')` | `` |
| `nullif('paid', '')` | `paid` |
| `ltrim('007', '0')` | `` |
| `ltrim('0', '007')` | `7` |
| `contains('@', 'ann@example.com')` | `false` |
| `try_to_date('yyyy-MM-dd', '2026-01-31')` | `null` |
| `concat_ws('ann', ', ', 'bob')` | `, annbob` |
| `'%nn' like 'ann'` | `false` |
| `length(lpad('7', '0', 3))` | `0` |
""",
    wrong=example(steps="|> extend instr('@', status) as at"),
    right=example(steps="|> extend instr(status, '@') as at"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Like)
# The places of what is searched, and of what it is searched for.
_PLACES = {
    **dict.fromkeys(("contains", "translate", "get_json_object", "try_to_timestamp"), (0, 1)),
    **dict.fromkeys(("try_to_date", "to_timestamp_ntz", "to_timestamp_ltz", "encode"), (0, 1)),
    **dict.fromkeys(("to_time", "try_to_time", "to_unix_timestamp", "parse_url"), (0, 1)),
    **dict.fromkeys(("instr", "like", "ilike", "split", "split_part"), (0, 1)),
    **dict.fromkeys(("rlike", "regexp", "regexp_like", "substring_index"), (0, 1)),
    **dict.fromkeys(("startswith", "endswith"), (0, 1)),
    **dict.fromkeys(("regexp_extract", "regexp_extract_all", "regexp_count"), (0, 1)),
    **dict.fromkeys(("regexp_replace", "regexp_substr", "regexp_instr", "replace"), (0, 1)),
    **dict.fromkeys(("to_date", "to_timestamp", "date_format", "unix_timestamp"), (0, 1)),
    **dict.fromkeys(("locate", "charindex", "position"), (1, 0)),
    "nullif": (0, 1),
    # Spark has what is cut off first, unlike other databases.
    **dict.fromkeys(("trim", "ltrim", "rtrim"), (1, 0)),
}


# `contains('PAID,OPEN', status)` looks a value up in a list.
_SEARCHING = ("contains", "instr", "locate", "charindex", "position", "like", "ilike", "rlike")
_LISTED = lazy_pattern(r"[^\W_][,;| ]+[^\W_]")
_SEPARATOR = lazy_pattern(r"[\W_]+")
_WILDCARD = lazy_pattern(r"(?:%.*|.*%)")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Like):
        yield from _check_like(node, view)
        return
    assert isinstance(node, e.Call)
    name = function_name(node)
    if name == "concat_ws":
        yield from _check_separator(node, view)
        return
    if name in ("lpad", "rpad"):
        yield from _check_padding(name, node)
        return
    indexes = _PLACES.get(name)
    if indexes is None or len(node.arguments) <= max(indexes) or node.keywords:
        return
    if any(argument.name for argument in node.arguments):
        return
    searched, search_term = (node.arguments[index].value for index in indexes)
    literals = (e.StringLiteral, e.NumberLiteral) if name == "nullif" else e.StringLiteral
    if not isinstance(without_parentheses(searched), literals) or view.is_constant(search_term):
        return
    if name in _SEARCHING and _LISTED.search(view.text(searched) or ""):
        return
    first, second = ssbt_text(search_term), ssbt_text(searched)
    if name == "nullif":
        message = f"`nullif` gives {second} or null, and never `{first}`"
        help_ = (f"the other way round it is `nullif({first}, {second})`",)
        fix = (Edit(searched.span, first), Edit(search_term.span, second))
        yield Diagnostic(SWAPPED_ARGUMENTS, message, Label(node.span), (), help_, fix)
        return
    verb = "cuts the signs of" if name.endswith("trim") else "looks for"
    preposition = "off" if name.endswith("trim") else "in"
    message = f"`{name}` {verb} `{first}` {preposition} the constant {second}"
    ordered = (first, second) if indexes == (0, 1) else (second, first)
    help_ = (f"the other way round it is `{name}({', '.join(ordered)}, …)`".replace(", …", ""),)
    fix = (Edit(searched.span, first), Edit(search_term.span, second))
    yield Diagnostic(SWAPPED_ARGUMENTS, message, Label(node.span), (), help_, fix)


def _check_separator(node: e.Call, view: ExpressionView) -> Iterator[Diagnostic]:
    """`concat_ws(first, ' ', last)`, where the first argument goes between the others."""
    if not node.arguments:
        return
    first, *others = operands(node)
    if view.is_constant(first):
        return
    for part in others:
        literal = without_parentheses(part)
        if isinstance(literal, e.StringLiteral) and _SEPARATOR.fullmatch(literal.value):
            rest = ", ".join(ssbt_text(each) for each in (first, *others) if each is not part)
            message = f"`concat_ws` puts `{ssbt_text(first)}` between the others"
            help_ = (f"what goes between comes first: `concat_ws({ssbt_text(part)}, {rest})`",)
            yield Diagnostic(SWAPPED_ARGUMENTS, message, Label(node.span), (), help_)
            return


def _check_padding(name: str, node: e.Call) -> Iterator[Diagnostic]:
    """`lpad(code, '0', 3)`, whose length is 0."""
    parts = [without_parentheses(part) for part in operands(node)]
    if len(parts) != 3 or not isinstance(parts[1], e.StringLiteral):
        return
    if isinstance(parts[2], e.NumberLiteral):
        text, filling, length = (ssbt_text(part) for part in parts)
        message = f"`{name}` takes the length first, and {filling} is read as it"
        help_ = (f"the other way round it is `{name}({text}, {length}, {filling})`",)
        fix = (Edit(parts[1].span, length), Edit(parts[2].span, filling))
        yield Diagnostic(SWAPPED_ARGUMENTS, message, Label(node.span), (), help_, fix)


def _check_like(node: e.Like, view: ExpressionView) -> Iterator[Diagnostic]:
    """`'%x%' like s`: a column is the pattern, and the constant has the wildcards."""
    text = view.text(node.operand)
    is_pattern = node.operator in ("like", "ilike") and _WILDCARD.fullmatch(text or "")
    if not is_pattern or len(node.patterns) != 1 or view.is_constant(node.patterns[0]):
        return
    first, second = ssbt_text(node.patterns[0]), ssbt_text(node.operand)
    message = f"`{first}` is the pattern here, and {second} the text"
    help_ = (f"the other way round it is `{first} {node.operator} {second}`",)
    fix = (Edit(node.operand.span, first), Edit(node.patterns[0].span, second))
    yield Diagnostic(SWAPPED_ARGUMENTS, message, Label(node.span), (), help_, fix)
