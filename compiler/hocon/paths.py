"""Paths of keys and references, made of tokens."""

from __future__ import annotations

from itertools import pairwise

from ssbt.compiler.hocon.tokens import Token


def path_of(pieces: list[Token]) -> tuple[str, ...]:
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
            first, *others = piece.text.split(".")
            keys[-1] += first
            keys += others
    return tuple(keys)


def places_of(pieces: list[Token]) -> list[tuple[int, int]]:
    """Where the parts of a path stand, whose outer spaces are gone."""
    places = [(pieces[0].start, pieces[0].start)]
    for piece in pieces:
        at = piece.start
        parts = [piece.text] if piece.kind in ("text", "lines") else piece.text.split(".")
        places[-1] = places[-1][0], at + len(parts[0])
        for before, part in pairwise(parts):
            at += len(before) + 1
            places.append((at, at + len(part)))
    return places


def has_quotes(pieces: list[Token]) -> bool:
    return any(piece.kind in ("text", "lines") and not piece.value for piece in pieces)
