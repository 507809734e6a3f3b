"""Pipelines from texts, for comparing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from ssbt.compiler.compare.pipelines import Side
from ssbt.compiler.driver import checked, configured

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = Path(__file__).parents[3] / "examples"


def side(read: Callable[[str], bytes], path: str = "pipeline.ssbt") -> Side:
    """A pipeline with its environments; it must have no errors."""
    found = configured(checked(path, read, tests=True), path, read)
    assert found.checked.pipeline is not None, found.checked.findings
    return Side(found.checked.pipeline, found.environments)


@cache
def original(folder: Path) -> Side:
    """The pipeline in a folder, as it is."""
    return in_folder(folder)


def in_folder(folder: Path, text: str | None = None) -> Side:
    """The pipeline in a folder, or one of another text beside the same files."""

    def read(path: str) -> bytes:
        if text is not None and path == "pipeline.ssbt":
            return text.encode()
        return (folder / path).read_bytes()

    return side(read)
