"""Black's layout."""

from __future__ import annotations


def laid_out(text: str) -> str:
    """`text` as black would lay it out."""
    import black

    return black.format_str(text, mode=black.Mode())
