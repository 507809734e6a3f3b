"""Which fixes are carried out together, and what becomes of the text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ssbt.compiler.diagnostics.fixes import accepted_edits, apply_fixes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Source, Span

CODE = Code("SSBT0101", "A title", "Why.", "", "")
SOURCE = Source("a", "\ufeffone two three")


def fix(*edits: tuple[int, int, str], path: str = "a") -> Diagnostic:
    result = tuple(Edit(Span(path, start, end), text) for start, end, text in edits)
    return Diagnostic(CODE, "m", Label(Span(path, 0, 0)), fix=result)


def test_replaces_inserts_and_deletes():
    assert (
        apply_fixes(SOURCE, [fix((5, 8, "2")), fix((1, 1, "<")), fix((8, 14, ""))])
        == "\ufeff<one 2"
    )


def test_nothing_to_fix():
    assert apply_fixes(SOURCE, [fix()]) == SOURCE.text


def test_of_two_that_overlap_the_first_is_made():
    assert apply_fixes(SOURCE, [fix((1, 4, "1")), fix((3, 6, "x"))]) == "\ufeff1 two three"
    assert apply_fixes(SOURCE, [fix((3, 6, "x")), fix((1, 4, "1"))]) == "\ufeffonxwo three"


def test_neighbours_do_not_overlap():
    assert apply_fixes(SOURCE, [fix((1, 4, "1")), fix((4, 5, "-"))]) == "\ufeff1-two three"


def test_a_fix_is_made_whole_or_not_at_all():
    both = fix((1, 4, "1"), (5, 8, "2"))
    assert apply_fixes(SOURCE, [fix((6, 7, "W")), both]) == "\ufeffone tWo three"


def test_the_same_edit_twice_is_made_once():
    assert apply_fixes(SOURCE, [fix((1, 1, "x")), fix((1, 1, "x"))]) == "\ufeffxone two three"


def test_two_insertions_at_one_place_have_no_order():
    assert apply_fixes(SOURCE, [fix((1, 1, "x")), fix((1, 1, "y"))]) == "\ufeffxone two three"


def test_edits_of_other_files_are_left_alone():
    assert apply_fixes(SOURCE, [fix((1, 4, "1"), path="b")]) == SOURCE.text


EDIT = st.tuples(st.integers(0, 12), st.integers(0, 5), st.sampled_from(["", "x", "yz"]))


@given(st.lists(st.lists(EDIT, min_size=1, max_size=3), max_size=8))
def test_accepted_edits_never_overlap(fixes):
    expected = [fix(*((start, start + length, t) for start, length, t in edits)) for edits in fixes]
    accepted = accepted_edits(expected)
    assert len(set(accepted)) == len(accepted)
    for one, other in pairwise(accepted):
        assert one.span.end <= other.span.start
        assert one.span.start < other.span.start
    for item in expected:
        result = [edit in accepted for edit in item.fix]
        assert all(result) or not all(result)
