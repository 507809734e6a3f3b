"""Pipelines from texts, for comparing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from ssbt.compiler.compare.pipelines import PipelineVersion
from ssbt.compiler.driver import check_pipeline, configure_pipeline

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = Path(__file__).parents[3] / "examples"


def side(read: Callable[[str], bytes], path: str = "pipeline.ssbt") -> PipelineVersion:
    """A pipeline with its environments; it must have no errors."""
    result = configure_pipeline(check_pipeline(path, read, tests=True), path, read)
    assert result.check_result.pipeline is not None, result.check_result.findings
    return PipelineVersion(result.check_result.pipeline, result.environments)


@cache
def original(folder: Path) -> PipelineVersion:
    """The pipeline in a folder, as it is."""
    return in_folder(folder)


def in_folder(folder: Path, text: str | None = None) -> PipelineVersion:
    """The pipeline in a folder, or one of another text beside the same files."""

    def read(path: str) -> bytes:
        if text is not None and path == "pipeline.ssbt":
            return text.encode()
        return (folder / path).read_bytes()

    return side(read)
