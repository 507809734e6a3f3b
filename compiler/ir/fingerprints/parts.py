"""A part of a fingerprint: one thing that a checkpoint depends on."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ssbt.compiler.ir.expressions import ParameterText, Text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.source import Span


class FingerprintPart(Struct, frozen=True):
    """One thing that a checkpoint depends on.

    Two parts are the same when their texts are, or their meanings, which are empty where nothing
    proves that another text says the same. `shape` is what Spark itself compares of it.
    `perhaps` holds where there is state only if the user's own code keeps some. `columns` are the
    columns in it, each with what is said of it, where others may come along with other parts.
    `unseen` are places of the user's code that read what nobody can tell.
    """

    kind: PartKind
    text: Text
    shape: tuple[str, ...]
    span: Span
    perhaps: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    meaning: Text = ()
    unseen: tuple[str, ...] = ()


def join_texts(texts: Iterable[Text]) -> Text:
    """Texts with commas between them."""
    parts: list[str | ParameterText] = []
    for text in texts:
        parts += [", "] if parts else []
        parts += text
    return tuple(parts)
