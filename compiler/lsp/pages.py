"""The pages of codes as files that an editor can open."""

from __future__ import annotations

from functools import cache
import os
from pathlib import Path

from ssbt.compiler.diagnostics.explain import render_page
from ssbt.compiler.diagnostics.model import Code
from ssbt.compiler.emit.version import VERSION


@cache
def page_uri(code: Code) -> str | None:
    """The URI of the page that `ssbtc explain` prints, below the user's cache folder.

    None where it cannot be written: a diagnostic does without the link.
    """
    root = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(root) if root else Path.home() / ".cache") / "ssbt" / f"errors-{VERSION}"
    path = folder.absolute() / f"{code.number}.md"
    content = render_page(code).encode()
    try:
        if not path.is_file() or path.read_bytes() != content:
            folder.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}")
            temporary.write_bytes(content)
            temporary.replace(path)
    except OSError:
        return None
    return path.as_uri()
