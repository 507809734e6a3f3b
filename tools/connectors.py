"""Write what is made from the built-in specifications: saved copies and reference pages.

Run it after each change of a connector.toml or format.toml; the tests compare.
"""

from __future__ import annotations

from pathlib import Path

from ssbt.compiler.connectors.loading import (
    connector,
    connector_names,
    format_names,
    record_format,
)
from ssbt.compiler.connectors.reference import reference_page
from ssbt.compiler.connectors.saved import built_in_files, saved_path, saved_text

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write all files anew."""
    for file in built_in_files():
        _write(Path(saved_path(file)), saved_text(file))
    for name in connector_names():
        found = connector(name)
        if found and not found.package:
            _write(ROOT / found.page, reference_page(found))
    for name in format_names():
        found = record_format(name)
        if found and not found.package:
            _write(ROOT / found.page, reference_page(found))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
