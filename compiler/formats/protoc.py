"""Protobuf's own compiler, from the extra `ssbt[protobuf]`, for schemas that are `.proto` text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import re
import subprocess
import sys
from tempfile import TemporaryDirectory

from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.patterns import lazy_pattern

_PLACE = lazy_pattern(
    r"^(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)$", re.MULTILINE
)
_IMPORT = lazy_pattern(
    r'(?:^|[;}])\s*import\s+(?:public\s+|weak\s+)?"(?P<path>[^"\n]+)"\s*;', re.MULTILINE
)
_BUNDLED_PREFIX = "google/protobuf/"
_TIMEOUT_SECONDS = 60


def imported_paths(text: str) -> tuple[str, ...]:
    """The files that a `.proto` text imports, without those that come with Protobuf."""
    paths = (match["path"] for match in _IMPORT.finditer(text))
    return tuple(path for path in paths if not path.startswith(_BUNDLED_PREFIX))


def compile_descriptors(path: str, texts: Mapping[str, str]) -> bytes:
    """The descriptor set of `path`; `texts` are that file's and those of its imports.

    Raises SchemaProblemError with the place of the first mistake.
    """
    with TemporaryDirectory() as folder:
        for name, text in texts.items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        out = Path(folder, "descriptors")
        command = [sys.executable, "-m", "grpc_tools.protoc", "--proto_path=."]
        command += ["--include_imports", f"--descriptor_set_out={out}", path]
        process = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
        if process.returncode == 0:
            return out.read_bytes()
    raise _first_problem(path, texts[path], process.stderr)


def _first_problem(path: str, text: str, errors: str) -> SchemaProblemError:
    """The first error of `protoc` that has a place, in the file if it is there."""
    error_match = _PLACE.search(errors)
    if error_match is None:
        lines = errors.strip().splitlines()
        return SchemaProblemError(0, 0, lines[-1] if lines else "protoc failed")
    if error_match["file"] != path:
        return SchemaProblemError(
            0, 0, f"{error_match['file']}, line {error_match['line']}: {error_match['text']}"
        )
    starts = [0, *(match.end() for match in re.finditer(r"\n", text))]
    offset = starts[int(error_match["line"]) - 1] + int(error_match["column"]) - 1
    offset = min(offset, max(len(text) - 1, 0))
    return SchemaProblemError(offset, offset + 1, error_match["text"])
