"""Write what is made from the built-in specifications: saved copies and reference pages.

Run it after each change of a connector.toml or format.toml; the tests compare.
"""

from __future__ import annotations

from pathlib import Path

from ssbt.compiler.connectors.loading import (
    connector_names,
    find_connector,
    find_record_format,
    format_names,
)
from ssbt.compiler.connectors.reference import render_reference_page
from ssbt.compiler.connectors.toml_cache import build_cache_text, built_in_files, cache_path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write all files again."""
    for file in built_in_files():
        _write(Path(cache_path(file)), build_cache_text(file))
    for name in connector_names():
        connector = find_connector(name)
        if connector and not connector.package:
            _write(ROOT / connector.page, render_reference_page(connector))
    for name in format_names():
        format_ = find_record_format(name)
        if format_ and not format_.package:
            _write(ROOT / format_.page, render_reference_page(format_))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
