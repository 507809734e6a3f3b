"""What the nodes of syntax trees have in common, and their smallest parts."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.source import Span


class Node(Struct, frozen=True):
    """Anything that has a place."""

    span: Span


class Name(Node, frozen=True):
    """An identifier, without its backticks."""

    text: str


class StringPiece(Struct, frozen=True):
    """One of neighbouring literals; `starts_line` if a line ends between it and the last."""

    span: Span
    value: str
    raw: bool
    starts_line: bool
