"""Paths of keys and references, made of tokens."""

from __future__ import annotations

from itertools import pairwise

from ssbt.compiler.hocon.tokens import Token


def parse_path(pieces: list[Token]) -> tuple[str, ...]:
    """The parts of a path: dots separate them, but not in quotes; spaces within are kept."""
    while pieces and pieces[-1].kind == "space":
        pieces.pop()
    while pieces and pieces[0].kind == "space":
        pieces.pop(0)
    keys = [""] if pieces else []
    for piece in pieces:
        if piece.kind in ("text", "lines"):
            keys[-1] += piece.value
        else:
            first, *rest = piece.text.split(".")
            keys[-1] += first
            keys += rest
    return tuple(keys)


def part_ranges(pieces: list[Token]) -> list[tuple[int, int]]:
    """Where the parts of a path stand, whose outer spaces are gone."""
    ranges = [(pieces[0].start, pieces[0].start)]
    for piece in pieces:
        position = piece.start
        parts = [piece.text] if piece.kind in ("text", "lines") else piece.text.split(".")
        ranges[-1] = ranges[-1][0], position + len(parts[0])
        for previous, part in pairwise(parts):
            position += len(previous) + 1
            ranges.append((position, position + len(part)))
    return ranges


def has_quotes(pieces: list[Token]) -> bool:
    return any(piece.kind in ("text", "lines") and not piece.value for piece in pieces)
