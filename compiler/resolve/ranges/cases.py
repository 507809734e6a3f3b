"""Rows that conditions leave: alternatives, each with what remains of the values of subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping

from ssbt.compiler.resolve.ranges.subjects import Subject, SubjectKey
from ssbt.compiler.types.ranges.model import Remaining
from ssbt.compiler.types.ranges.spans import (
    EVERYTHING,
    Spans,
    complement_of,
    hull_of,
    intersect_spans,
    is_above,
    point,
    unite_spans,
)

# Every subject in it is restricted, all others are not.
Case = Mapping[SubjectKey, Remaining]
# One of these is true of a row; an empty list is true of no row.
Cases = list[Case]

ANY_ROW: Cases = [{}]
NO_ROW: Cases = []
_MOST_CASES = 48
_MOST_SPANS = 400
ORDER = "order"


def restrict(key: SubjectKey, subject: Subject, remaining: Remaining) -> Cases:
    """The rows in which a subject has some of its values."""
    spans = subject.values.restrict(remaining.spans)
    if not spans and not remaining.null:
        return NO_ROW
    if remaining.null and remaining.spans == EVERYTHING:
        return ANY_ROW
    return [{key: Remaining(spans, remaining.null)}]


def unite_cases(alternatives: Iterable[Cases]) -> Cases:
    """The rows in any of them, or some more."""
    single: MutableMapping[SubjectKey, list[Remaining]] = {}
    result: Cases = []
    for cases in alternatives:
        for case in cases:
            if not case:
                return ANY_ROW
            if len(case) == 1:
                (key,) = case
                single.setdefault(key, []).append(case[key])
            else:
                result.append(case)
    for key, parts in single.items():
        spans = unite_spans(span for part in parts for span in part.spans)
        null = any(part.null for part in parts)
        if null and not complement_of(spans):
            return ANY_ROW
        result.append({key: Remaining(spans, null)})
    return ANY_ROW if len(result) > _MOST_CASES else result


def intersect_cases(first: Cases, second: Cases, subjects: Mapping[SubjectKey, Subject]) -> Cases:
    """The rows in both of them, or some more."""
    if first == ANY_ROW:
        return second
    if second == ANY_ROW:
        return first
    if len(first) * len(second) > _MOST_CASES:
        return first
    pairs = (_combine(a, b, subjects) for a in first for b in second)
    return [case for case in pairs if case is not None]


def _combine(first: Case, second: Case, subjects: Mapping[SubjectKey, Subject]) -> Case | None:
    result = dict(first)
    for key, remaining in second.items():
        before = result.get(key)
        if before is None:
            result[key] = remaining
            continue
        if len(before.spans) > _MOST_SPANS and len(remaining.spans) > 1:
            continue
        spans = subjects[key].values.restrict(intersect_spans(before.spans, remaining.spans))
        null = before.null and remaining.null
        if not spans and not null:
            return None
        result[key] = Remaining(spans, null)
    return result if is_consistent(result, subjects) else None


def is_consistent(case: Case, subjects: Mapping[SubjectKey, Subject]) -> bool:
    """Whether two subjects can be ordered as the case says, by what is left of their values."""
    for key, remaining in case.items():
        if key[0] != ORDER or remaining.null or len(case) < 2:
            continue
        spans = []
        for side in (each for each in key[1:3] if isinstance(each, tuple)):
            subject, left = subjects.get(side), case.get(side)
            if subject is None:
                break
            spans.append(subject.values.restrict(EVERYTHING if left is None else left.spans))
        if len(spans) == 2 and not _can_be_ordered(remaining, *spans):
            return False
    return True


def _can_be_ordered(order: Remaining, left: Spans, right: Spans) -> bool:
    """Whether some value of the one side is before, equal to or after some of the other."""
    if not left or not right:
        return False
    first, last = hull_of(left), hull_of(right)
    signs = {sign for sign in (-1, 0, 1) if intersect_spans(order.spans, (point(sign),))}
    before = first.low is None or last.high is None or is_above(last.high, first.low)
    after = last.low is None or first.high is None or is_above(first.high, last.low)
    equal = bool(intersect_spans(left, right))
    return (-1 in signs and before) or (1 in signs and after) or (0 in signs and equal)
