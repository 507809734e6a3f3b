"""TOML files with a saved copy beside them: parsing TOML takes milliseconds, loading JSON does not.

`tools/connectors.py` writes the copies of the built-in connectors. A copy that is missing, or of an
older text, is ignored, so that it can never be wrong, only slow.
"""

from __future__ import annotations

import json
import os
import zlib


def load_toml(path: str) -> dict[str, object]:
    """What the TOML file says. Raises OSError, or ValueError where it is no TOML in UTF-8."""
    with open(path, "rb") as file:
        text = file.read()
    cached = _load_cached(path, text)
    if cached is not None:
        return cached
    # Imported late: with saved copies it is never needed.
    import tomllib

    return tomllib.loads(text.decode("utf-8"))


def build_cache_text(path: str) -> str:
    """What is to be saved beside the TOML file."""
    import tomllib

    with open(path, "rb") as file:
        text = file.read()
    values = tomllib.loads(text.decode("utf-8"))
    cached = {"checksum": zlib.crc32(text), "values": values}
    return json.dumps(cached, separators=(",", ":"), ensure_ascii=False) + "\n"


def cache_path(path: str) -> str:
    """Where the copy of the TOML file at `path` is."""
    return f"{path.removesuffix('.toml')}.saved.json"


def built_in_files() -> tuple[str, ...]:
    """The TOML files of all built-in connectors and formats and of what they share, sorted."""
    folders = map(built_in_folder, ("connectors", "formats"))
    return tuple(
        sorted(
            os.path.join(folder, name, file)
            for folder in folders
            for name in os.listdir(folder)
            for file in os.listdir(os.path.join(folder, name))
            if file.endswith(".toml")
        )
    )


def built_in_folder(kind: str = "connectors") -> str:
    """A folder of `templates`, without importlib.resources, which is slow to import."""
    import ssbt.templates

    return os.path.join(os.path.dirname(ssbt.templates.__file__), kind)


def _load_cached(path: str, text: bytes) -> dict[str, object] | None:
    try:
        with open(cache_path(path), encoding="utf-8") as file:
            cached = json.load(file)
        values = cached["values"] if cached["checksum"] == zlib.crc32(text) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return values if isinstance(values, dict) else None
