"""Pipelines compiled and run as scripts, and what they say when they fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import re
import runpy
import shutil
import sys

from ssbt.compiler.driver import check_pipeline, emit_files

_MOMENT = re.compile(r"^\S+Z (?=[A-Z]+ )", re.MULTILINE)


def built(fault: Path, here: Path, *edits: tuple[str, str]) -> Path:
    """The script of a fault, beside copies of its files; `edits` change the pipeline's text."""
    shutil.copytree(fault, here, dirs_exist_ok=True)
    for old, new in edits:
        text = (here / "pipeline.ssbt").read_text("utf-8")
        assert old in text
        (here / "pipeline.ssbt").write_text(text.replace(old, new), "utf-8")
    result = check_pipeline("pipeline.ssbt", lambda path: (here / path).read_bytes())
    assert result.pipeline
    for file in emit_files(result):
        (here / "build").mkdir(exist_ok=True)
        (here / "build" / file.path).write_bytes(file.content)
    return here / "build" / f"{result.pipeline.name}.py"


def outcome(script: Path, *arguments: str) -> int:
    """The exit code of a script, run in the session of the tests."""
    argv, path = sys.argv, sys.path[:]
    sys.argv, sys.path[:0] = [str(script), *arguments], [str(script.parent)]
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv, sys.path[:] = argv, path
    return 0


def settings(values: Mapping[str, str]) -> list[str]:
    """The arguments that set parameters."""
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def steady(text: str, places: Mapping[str, str]) -> str:
    """A log without what differs from run to run, such as places, which have names."""
    text = _MOMENT.sub("", text)
    for name, place in places.items():
        text = text.replace(place, f"<{name}>")
    text = re.sub(r"part-\d+-[-0-9a-f]+-c000", "part-*", text)
    text = re.sub(r"attempt_\d+_\d+_m_\d+_\d+( .*)?", "attempt", text)
    text = re.sub(r"recordCount=\d+, recordData=\[.*\]", "recordCount=…", text)
    text = re.sub(r"_pyspark_[0-9a-f]+(\.\.\.)?", "<view>", text)
    kept = (line for line in text.splitlines() if "was set by the operator" not in line)
    return "".join(f"{line.rstrip()}\n" for line in kept)
