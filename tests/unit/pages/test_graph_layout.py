"""Boxes never overlap, lines lead to the right, and simple pictures are simple."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.pages.layout import BETWEEN_BOXES, BETWEEN_LAYERS, Layout, Size, lay_out
from tests.unit.timing import is_linear

BOX = Size(200, 100, 23)
Graph = tuple[dict[str, Size], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    heights = draw(st.lists(st.integers(46, 400), min_size=count, max_size=count))
    sizes = {f"n{i}": Size(190 + i, height, 23) for i, height in enumerate(heights)}
    pairs = list(combinations(sizes, 2))
    return sizes, draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []


@given(graphs())
def test_boxes_do_not_overlap_and_lines_lead_to_the_right(graph: Graph):
    sizes, edges = graph
    layout = lay_out(sizes, edges)
    for one, other in combinations(sizes, 2):
        assert not overlap(layout, sizes, one, other)
    for start, end in edges:
        ends = [layout.corners[start], *layout.passages[start, end], layout.corners[end]]
        assert sorted(point.x for point in ends) == [point.x for point in ends]
        assert layout.corners[start].x + sizes[start].width < layout.corners[end].x
    for name, corner in layout.corners.items():
        assert 0 <= corner.x <= layout.width - sizes[name].width
        assert 0 <= corner.y <= layout.height - sizes[name].height


def overlap(layout: Layout, sizes: dict[str, Size], one: str, other: str) -> bool:
    a, b = layout.corners[one], layout.corners[other]
    return (
        a.x < b.x + sizes[other].width
        and b.x < a.x + sizes[one].width
        and a.y < b.y + sizes[other].height
        and b.y < a.y + sizes[one].height
    )


def test_a_chain_is_a_row():
    layout = lay_out(dict.fromkeys("abc", BOX), [("a", "b"), ("b", "c")])
    step = BOX.width + BETWEEN_LAYERS
    assert [(p.x, p.y) for p in layout.corners.values()] == [(0, 0), (step, 0), (2 * step, 0)]
    assert layout.height == BOX.height


def test_lines_of_a_chain_are_straight_whatever_the_heights():
    sizes = {"a": Size(200, 300, 23), "b": Size(200, 60, 23)}
    layout = lay_out(sizes, [("a", "b")])
    assert layout.corners["a"].y == layout.corners["b"].y


def test_no_line_crosses_where_none_needs_to():
    edges = [("a", "y"), ("b", "x"), ("x", "p"), ("y", "q")]
    corners = lay_out(dict.fromkeys("abxypq", BOX), edges).corners
    orders = [(corners[n].y < corners[m].y) for n, m in ("ab", "yx", "qp")]
    assert len(set(orders)) == 1


def test_a_long_line_goes_past_the_boxes_between():
    layout = lay_out(dict.fromkeys("abc", BOX), [("a", "b"), ("b", "c"), ("a", "c")])
    passage, leaving = layout.passages["a", "c"]
    assert (leaving.x - passage.x, leaving.y) == (BOX.width, passage.y)
    top = layout.corners["b"].y
    assert not top - BETWEEN_BOXES / 2 < passage.y < top + BOX.height + BETWEEN_BOXES / 2


def test_nothing_is_a_picture_too():
    assert lay_out({}, []) == Layout({}, {}, 0, 0)


@pytest.mark.slow
def test_time_is_linear():
    def work(count: int) -> None:
        names = [f"n{i}" for i in range(count)]
        edges = [*pairwise(names), *zip(names, names[7:], strict=False)]
        lay_out(dict.fromkeys(names, BOX), edges)

    assert is_linear(work, 300)
