"""Write docs/errors/ from the registry of codes: `python tools/error_docs.py`."""

from __future__ import annotations

from pathlib import Path

from ssbt.compiler.diagnostics.explain import render_index, render_page
from ssbt.compiler.diagnostics.registry import list_codes

ERRORS = Path(__file__).parents[1] / "docs" / "errors"


def pages() -> dict[str, str]:
    """Each file of docs/errors/, by name, as it should be."""
    return {"README.md": render_index(list_codes())} | {
        f"{code.number}.md": render_page(code) for code in list_codes()
    }


def main() -> None:
    """Write what differs and remove pages of codes that are gone."""
    ERRORS.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in ERRORS.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (ERRORS / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
