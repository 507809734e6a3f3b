"""The values that a configuration holds, each with the place where it was written."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from ssbt.compiler.hocon.nodes import Plain
from ssbt.compiler.source import Span


class Scalar(Struct, frozen=True):
    """A value and where it was written."""

    value: Plain
    text: str
    span: Span


class Items(Struct, frozen=True):
    """A list."""

    items: tuple[Value, ...]
    span: Span


class Object(Struct, frozen=True):
    """An object; `span` is where its strongest part begins, `keys` tell where each key stands."""

    fields: dict[str, Value]
    span: Span
    keys: dict[str, Span]


Value: TypeAlias = Scalar | Items | Object
