"""One thing that can be written at a place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompletionItem:
    """`label` is what is shown and written, unless there is a `snippet` (with `$0` in it).

    `kind` is column, qualifier, field, dataset, transform, schema, param, secret, connection,
    sink, function, keyword, type, connector, option, choice, file or folder.
    """

    label: str
    kind: str
    detail: str = ""
    documentation: str = ""
    snippet: str = ""
