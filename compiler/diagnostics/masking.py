"""The text of a report without the credentials that its findings are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic

_HIDDEN = lazy_pattern(r'[^"\r\n]')


def mask_credentials(
    sources: Mapping[str, Source], diagnostics: Iterable[Diagnostic]
) -> Mapping[str, Source]:
    """The sources with stars for credentials that are written down: of the same length, so that
    every place is where it was.

    A finding with a fix is about the name of a secret.
    """
    texts = dict(sources)
    for diagnostic in diagnostics:
        span = diagnostic.primary.span
        if diagnostic.code is SECRET_NEEDED and not diagnostic.fix and span.path in texts:
            text = texts[span.path].text
            stars = _HIDDEN.sub("*", text[span.start : span.end])
            texts[span.path] = Source(span.path, f"{text[: span.start]}{stars}{text[span.end :]}")
    return texts
