"""`trim` and its like with a text where they take a set of characters."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

CUT_CHARACTERS = Code(
    "SSBT0488",
    "A text where a set of characters is expected",
    r"""
`trim`, `ltrim`, `rtrim` and `btrim` cut off every character that is in the given set, in any order,
until another one comes. They do not know words, endings or prefixes. `translate` replaces each
character by the one in the same position, or removes it.

| in Spark 4.1 | gives |
|---|---|
| `rtrim('.0', '100.0')` | `1` |
| `ltrim('id-', 'id-did')` | `` |
| `trim('abc', 'cab driver')` | ` driver` |
| `translate('EUROPE 5 EUR', 'EUR', '')` | `OP 5 ` |
| `replace('EUROPE 5 EUR', ' EUR', '')` | `EUROPE 5` |
| `regexp_replace('100.0', r'\.0$', '')` | `100` |
| `regexp_replace('id-did', '^id-', '')` | `did` |

If all characters are digits, or none is a letter or digit, or the set is one letter in both of its
cases, it is taken to be meant as a set.
""",
    wrong=example(steps="|> extend rtrim('.0', status) as code"),
    right=example(steps="|> extend regexp_replace(status, r'\\.0$', '') as code"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_SPECIAL = frozenset("\\.[]{}()*+?^$|")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name == "translate" and len(parts) == 3:
        yield from _check_translate(parts, view)
        return
    if name not in ("trim", "ltrim", "rtrim", "btrim") or len(parts) != 2:
        return
    characters, subject = (parts[1], parts[0]) if name == "btrim" else (parts[0], parts[1])
    text = view.text(characters)
    if text is None or view.is_constant(subject) or not _is_word(text):
        return
    side = node.keywords[0].split()[0] if node.keywords and node.keywords[0] else ""
    message = f"this cuts off each of the characters in {quote(text)}, not the text"
    end = {"ltrim": "^", "leading": "^", "rtrim": "$", "trailing": "$"}.get(side or name)
    if end is None:
        help_ = "`regexp_replace` cuts off a text: `'^…'` at the beginning, `'…$'` at the end"
        yield Diagnostic(CUT_CHARACTERS, message, Label(characters.span), (), (help_,))
        return
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in text)
    pattern = f"^{escaped}" if end == "^" else f"{escaped}$"
    is_raw = "\\" in pattern and "'" not in pattern and pattern.isprintable()
    literal = f"r'{pattern}'" if is_raw else quote(pattern)
    correction = f"regexp_replace({ssbt_text(subject)}, {literal}, '')"
    help_ = f"to cut off the text, write `{correction}`"
    fix = (Edit(node.span, correction),)
    yield Diagnostic(CUT_CHARACTERS, message, Label(characters.span), (), (help_,), fix)


def _check_translate(parts: list[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """`translate(s, 'EUR', '')`, which takes each E, U and R away."""
    old, new = view.text(parts[1]), view.text(parts[2])
    if old is None or new is None or view.is_constant(parts[0]):
        return
    letters = [each for each in old if each.isalpha()]
    is_removed = not new and len(letters) > 1 and len(letters) == len(old.strip())
    if not is_removed and len(set(old)) == len(old):
        return
    message = f"this replaces each of the characters in {quote(old)}, not the text"
    help_ = f"the text is replaced by `replace({', '.join(map(ssbt_text, parts))})`"
    yield Diagnostic(CUT_CHARACTERS, message, Label(parts[1].span), (), (help_,))


def _is_word(text: str) -> bool:
    """Whether characters look like a text that is to be cut off as a whole."""
    signs = {each.casefold() for each in text if not each.isspace()}
    if len(signs) < 2 or not any(each.isalnum() for each in signs):
        return False
    points = sorted(map(ord, signs))
    is_range = len(points) > 4 and points[-1] - points[0] == len(points) - 1
    return not is_range
