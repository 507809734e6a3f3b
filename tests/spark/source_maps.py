"""The source maps of scripts that a test has written by hand."""

from __future__ import annotations

from hashlib import sha256
import json
from pathlib import Path
import re

_FUNCTION = re.compile(r"^def (\w+)\(.*:  # (.+)$")


def write_source_map(script: Path) -> None:
    """Write the map beside the script: a comment after `def` names the place of the function."""
    text = script.read_text("utf-8")
    functions: list[dict[str, object]] = [
        {
            "function": match[1],
            "line": number,
            "title": match[1],
            "place": match[2],
            "text": f"let {match[1]} =",
            "steps": [],
        }
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := _FUNCTION.match(line))
    ]
    digest = sha256(text.encode()).hexdigest()
    content = {"script": digest, "functions": functions, "parameters": []}
    script.with_suffix(".map.json").write_text(json.dumps(content), "utf-8")
