"""What lenses run: `ssbtc` in a process of its own, in the folder that the editor has open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import os
import posixpath
import sys

from ssbt.compiler.emit.naming import script_stem
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.code_lenses import pipeline_name

# `-P`: a folder `ssbt` beside the pipeline must not be taken for the compiler.
_SSBTC = (sys.executable, "-P", "-c", "from ssbt.compiler.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class CommandRun:
    """Arguments of `ssbtc`, and the folder in which it runs."""

    arguments: tuple[str, ...]
    folder: str


def compile_command(path: str, folders: list[str]) -> CommandRun:
    """Compiling a pipeline."""
    return CommandRun(("compile", path, "--color", "never"), _workspace_folder(path, folders))


def command_of_test(path: str, test: str | None, folders: list[str]) -> CommandRun:
    """Running one test of a pipeline, or all of them."""
    selection = () if test is None else ("-k", _selection_expression(test))
    arguments = ("test", path, "--verbose", *selection, "--color", "never")
    return CommandRun(arguments, _workspace_folder(path, folders))


def script_path(analysis: Analysis, folders: list[str]) -> str | None:
    """Where the script of a pipeline is once it is compiled; None for a library."""
    name = pipeline_name(analysis)
    if name is None:
        return None
    return posixpath.join(
        _workspace_folder(analysis.path, folders), "build", f"{script_stem(name)}.py"
    )


async def run_command(run: CommandRun, report_line: Callable[[str], None]) -> int:
    """Run to the end, each line of output told as it comes; the exit code."""
    process = await asyncio.create_subprocess_exec(
        *_SSBTC,
        *run.arguments,
        cwd=run.folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            report_line(line.decode("utf-8", "replace").rstrip())
        return await process.wait()
    except asyncio.CancelledError:
        process.kill()
        raise


def _workspace_folder(path: str, folders: list[str]) -> str:
    """The innermost folder of the workspace that holds a file, or else the file's own."""
    containing = [each for each in folders if path.startswith(f"{each.rstrip('/')}/")]
    return max(containing, key=len, default=os.path.dirname(path) or ".")


def _selection_expression(test: str) -> str:
    """The expression of `-k` for a name: its words in quotes."""
    if '"' in test and "'" not in test:
        return f"'{test}'"
    return " and ".join(f'"{part}"' for part in test.split('"') if part)
