"""Annotations with notes, an item a line.

Left alone, black lays `Annotated[…]` out in three ways, whichever fits. With a comma after the last
note, which black takes for a wish, all fields of `Params` look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.emit.characters import width
from ssbt.compiler.emit.leaves import CLOSING, OPENING, Leaf
from ssbt.compiler.emit.lines import LINE_LENGTH
from ssbt.compiler.emit.pieces import split_literal

_INDENT = "    "


def split_annotation(leaves: Sequence[Leaf], depth: int) -> list[str] | None:
    """The lines of `name: Annotated[…] = default`; None if it is something else or cannot fit."""
    opening = next((i for i, leaf in enumerate(leaves) if leaf.value == "["), len(leaves))
    if [leaf.value for leaf in leaves[1:opening]] != [":", "", "Annotated"]:
        return None
    closing = next(i for i, leaf in enumerate(leaves) if leaf.opening is leaves[opening])
    indent = _INDENT * depth
    head = indent + _join_leaves(leaves[: opening + 1])
    tail = indent + _join_leaves(leaves[closing:])
    items = _items(leaves[opening + 1 : closing])
    lines = [head, *(line for item in items for line in _item_lines(item, depth + 1)), tail]
    return lines if all(width(line) <= LINE_LENGTH for line in (head, tail)) else None


def _items(leaves: Sequence[Leaf]) -> Iterator[list[Leaf]]:
    item: list[Leaf] = []
    depth = 0
    for leaf in leaves:
        depth += (leaf.kind in OPENING) - (leaf.kind in CLOSING)
        if leaf.kind == "," and depth == 0:
            yield item
            item = []
        else:
            item.append(leaf)
    yield item


def _item_lines(item: list[Leaf], depth: int) -> list[str]:
    indent = _INDENT * depth
    texts = [_join_leaves(item)]
    if item[0].kind == "string" and width(indent + texts[0]) >= LINE_LENGTH:
        texts = split_literal(texts[0], LINE_LENGTH - len(indent) - 1)
        joined = " ".join(texts)
        # Pieces need fewer braces than the whole, and black joins what fits.
        texts = [joined] if width(indent + joined) < LINE_LENGTH else texts
    return [*(indent + text for text in texts[:-1]), f"{indent}{texts[-1]},"]


def _join_leaves(leaves: Sequence[Leaf]) -> str:
    return "".join((leaf.prefix if index else "") + leaf.value for index, leaf in enumerate(leaves))
