"""Single conditions: which values of which subject they let through."""

from __future__ import annotations

from collections.abc import MutableMapping
import re

from msgspec import Struct

from ssbt.compiler.resolve.ranges.cases import ORDER
from ssbt.compiler.resolve.ranges.finder import ranges_of
from ssbt.compiler.resolve.ranges.keys import key_of_constant
from ssbt.compiler.resolve.ranges.subjects import Subject, SubjectKey, key_of, names_in
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    BooleanType,
    DecimalType,
    DoubleType,
    FloatType,
    LongType,
    StringType,
    TimestampType,
)
from ssbt.compiler.types.ranges.model import ValueRange, type_range
from ssbt.compiler.types.ranges.spans import (
    EVERYTHING,
    NOTHING,
    Key,
    Span,
    Spans,
    complement_of,
    intersect_spans,
    point,
    spans_of,
    unite_spans,
)

Subjects = MutableMapping[SubjectKey, Subject]
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
COMPARISONS = ("=", "==", "!=", "<>", *MIRRORED, "<=>")
_TRUTH = "truth"
_SIGNS = ValueRange(tuple(map(point, (-1, 0, 1))), 1)
_TRUTHS = ValueRange((point(0), point(1)), 1)
_SIGNS_OF: dict[str, Spans] = {
    "<": (point(-1),),
    "<=": (Span(-1, 0),),
    ">": (point(1),),
    ">=": (Span(0, 1),),
    "!=": (point(-1), point(1)),
    "<>": (point(-1), point(1)),
}
# Clocks are put back and forward at night, and by a day at most.
_DAY, _HOUR = 86_400_000_000, 3_600_000_000


class Atom(Struct, frozen=True):
    """A condition on one subject: true for values in `spans` alone, false in `other_spans` alone.

    Where `other_spans` is None, nothing is known of a condition that is not true. `null_is` is what
    the condition is for null, if not null.
    """

    key: SubjectKey
    spans: Spans
    other_spans: Spans | None
    null_is: bool | None = None


def find_atom(node: e.Expression, view: ExpressionView, subjects: Subjects) -> tuple[Atom, ...]:
    """What is known of a condition that no `and`, `or` or `not` joins, part by part."""
    atoms: list[Atom | None] = []
    exact = False
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in COMPARISONS:
            atom = _compare(operator, left, right, view, subjects)
            atoms, exact = [atom], atom is not None and atom.other_spans is not None
            exact = exact and not isinstance(view.data_type(left), TimestampType)
        case e.IsDistinctFrom(left=left, right=right, negated=negated):
            atom = _compare("<=>", left, right, view, subjects)
            atoms = [atom if atom is None or negated else _negate(atom)]
            exact = atoms[0] is not None
        case e.Between():
            atoms, exact = _find_between(node, view, subjects)
        case e.InList():
            atoms = [_find_in(node, view, subjects)]
            exact = atoms[0] is not None and atoms[0].other_spans is not None
        case e.Is(operand=operand, constant="null", negated=negated):
            atoms = [_find_null_test(operand, negated, view, subjects)]
            exact = True
        case e.Call() if function_name(node) in ("isnull", "isnotnull") and operands(node):
            is_negated = function_name(node) == "isnotnull"
            atoms = [_find_null_test(operands(node)[0], is_negated, view, subjects)]
            exact = True
        case e.Like(operator="like", quantifier=None):
            atoms = [_find_like(node, view, subjects)]
        case _:
            pass
    if not exact:
        atoms.append(_find_opaque(node, view, subjects))
    return tuple(atom for atom in atoms if atom is not None)


def find_comparison(node: e.Binary, view: ExpressionView, subjects: Subjects) -> tuple[Atom, ...]:
    """What is known of a comparison that has no type, because the compiler made it."""
    atom = _compare(node.operator, node.left, node.right, view, subjects)
    return () if atom is None else (atom,)


def add_subject(node: e.Expression, view: ExpressionView, subjects: Subjects) -> SubjectKey | None:
    """The key of an expression, and what is known of its values noted; None where it has none."""
    key = key_of(node, view)
    if key is None:
        return None
    if key not in subjects:
        values = ranges_of(view).find_full_range(node)
        # A type without a known order is of nulls and of others.
        whole = values if values is not None else ValueRange()
        subjects[key] = Subject(ssbt_text(node), whole, names_in(key))
    return key


def _find_opaque(node: e.Expression, view: ExpressionView, subjects: Subjects) -> Atom | None:
    """A condition of which only is known that it is the same wherever it stands."""
    if not isinstance(view.data_type(node), BooleanType):
        return None
    key = key_of(node, view)
    if key is None:
        return None
    if key[0] != "column":
        key = (_TRUTH, key)
    subjects.setdefault(key, Subject(ssbt_text(node), _TRUTHS, names_in(key)))
    return Atom(key, (point(1),), (point(0),))


def _negate(atom: Atom) -> Atom | None:
    if atom.other_spans is None:
        return None
    null_is = None if atom.null_is is None else not atom.null_is
    return Atom(atom.key, atom.other_spans, atom.spans, null_is)


def _compare(
    operator: str, left: e.Expression, right: e.Expression, view: ExpressionView, subjects: Subjects
) -> Atom | None:
    for value, constant, direction in (
        (left, right, operator),
        (right, left, MIRRORED.get(operator, operator)),
    ):
        if view.is_constant(value):
            continue
        key = key_of_constant(constant, view.data_type(value), view)
        if key is not None:
            return _compare_with_key(direction, value, key, view, subjects)
    return _order(operator, left, right, view, subjects)


def _compare_with_key(
    operator: str, value: e.Expression, key: Key, view: ExpressionView, subjects: Subjects
) -> Atom | None:
    subject = add_subject(value, view, subjects)
    if subject is None:
        return None
    spans = spans_of(operator, key)
    other_spans = complement_of(spans)
    if isinstance(view.data_type(value), TimestampType):
        spans, other_spans = _loosen(spans), _loosen(other_spans)
    return Atom(subject, spans, other_spans, False if operator == "<=>" else None)


def _loosen(spans: Spans) -> Spans:
    """Bounds of the night a day further, where the order of clocks may not be that of instants."""
    return unite_spans(
        Span(
            _move(span.low, -_DAY),
            _move(span.high, _DAY),
            span.low_open and _move(span.low, -_DAY) == span.low,
            span.high_open and _move(span.high, _DAY) == span.high,
        )
        for span in spans
    )


def _move(key: Key | None, slack: int) -> Key | None:
    if not isinstance(key, int):
        return key
    time = key % _DAY
    return key if time == 0 or 4 * _HOUR <= time < 23 * _HOUR else key + slack


def _order(
    operator: str, left: e.Expression, right: e.Expression, view: ExpressionView, subjects: Subjects
) -> Atom | None:
    """Two values that are no constants: which of them comes first."""
    if not view.ansi and view.data_type(left) != view.data_type(right):
        return None
    first, second = (add_subject(each, view, subjects) for each in (left, right))
    if first is None or second is None or first == second:
        return None
    if hash(second) < hash(first):
        first, second, operator = second, first, MIRRORED.get(operator, operator)
    is_comparable = view.data_type(left) == view.data_type(right)
    is_comparable = is_comparable and type_range(view.data_type(left)) is not None
    # Sides of two types are compared in a third, in which their ranges say nothing.
    key: SubjectKey = (ORDER, first, second) if is_comparable else (_TRUTH, first, second, ORDER)
    text = f"{ssbt_text(left)} and {ssbt_text(right)}"
    subjects.setdefault(key, Subject(text, _SIGNS, names_in(key)))
    spans = _SIGNS_OF.get(operator, (point(0),))
    if operator == "<=>":
        # Two nulls are equal, and one is not: of null nothing is known.
        return None
    return Atom(key, spans, complement_of(spans))


def _find_between(
    node: e.Between, view: ExpressionView, subjects: Subjects
) -> tuple[list[Atom | None], bool]:
    above = _compare(">=", node.operand, node.low, view, subjects)
    below = _compare("<=", node.operand, node.high, view, subjects)
    if above is not None and below is not None and above.key == below.key:
        spans = intersect_spans(above.spans, below.spans)
        other_spans = unite_spans((*(above.other_spans or ()), *(below.other_spans or ())))
        is_zoned = isinstance(view.data_type(node.operand), TimestampType)
        atom = Atom(above.key, spans, other_spans)
        return [_negate(atom) if node.negated else atom], not is_zoned
    if node.negated:
        return [], False
    return [Atom(each.key, each.spans, None) for each in (above, below) if each is not None], False


def _find_in(node: e.InList, view: ExpressionView, subjects: Subjects) -> Atom | None:
    if view.is_constant(node.operand):
        return None
    type_ = view.data_type(node.operand)
    values = [item for item in node.items if not view.is_null(item)]
    keys = [key_of_constant(item, type_, view) for item in values]
    key = add_subject(node.operand, view, subjects)
    is_mixed = {view.data_type(item) for item in values} - {type_} and isinstance(type_, StringType)
    if key is None or is_mixed or isinstance(type_, TimestampType):
        return None
    is_floating = any(isinstance(view.data_type(i), FloatType | DoubleType) for i in values)
    if is_floating and isinstance(type_, LongType | DecimalType):
        # All are compared as DOUBLE then, which has fewer digits.
        return None
    points = [point(each) for each in keys if each is not None]
    if len(points) < len(keys):
        return None
    spans = unite_spans(points)
    has_null = len(values) < len(node.items)
    if node.negated:
        return Atom(key, NOTHING if has_null else complement_of(spans), spans)
    return Atom(key, spans, None if has_null else complement_of(spans))


def _find_null_test(
    operand: e.Expression, negated: bool, view: ExpressionView, subjects: Subjects
) -> Atom | None:
    key = add_subject(operand, view, subjects)
    if key is None:
        return None
    return (
        Atom(key, EVERYTHING, NOTHING, False) if negated else Atom(key, NOTHING, EVERYTHING, True)
    )


def _find_like(node: e.Like, view: ExpressionView, subjects: Subjects) -> Atom | None:
    """`like 'ab%'`: the texts that begin so lie side by side."""
    pattern = view.text(node.patterns[0])
    if pattern is None or view.data_type(node.operand) != StringType() or node.escape:
        return None
    if view.is_constant(node.operand):
        return None
    start = re.split(r"[%_\\]", pattern)[0]
    is_whole = start == pattern
    if not start or not start.isascii() or start[-1] == "\x7f":
        return None
    key = add_subject(node.operand, view, subjects)
    if key is None:
        return None
    end = start[:-1] + chr(ord(start[-1]) + 1)
    spans: Spans = (point(start),) if is_whole else (Span(start, end, False, True),)
    # Not every text that begins so fits the rest of the pattern.
    is_prefix = pattern == f"{start}%"
    atom = Atom(key, spans, complement_of(spans) if is_whole or is_prefix else None)
    if not node.negated:
        return atom
    return _negate(atom)
