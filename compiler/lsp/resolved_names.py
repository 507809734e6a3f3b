"""A name where it stands in the text."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.nodes import Name


@dataclass(frozen=True, slots=True)
class ResolvedName:
    """A name in the text, backticks included; mentions with one `key` are one thing.

    `kind` is dataset, transform, schema, param, pipeline, sink, secret, connection, column, alias
    or lambda.
    """

    span: Span
    kind: str
    key: Hashable
    defines: bool = False


def mention_of(kind: str, name: Name) -> ResolvedName:
    """The mention of a declaration by its name."""
    return ResolvedName(name.span, kind, (kind, name.text.casefold()))
