"""Scripts that are handed to `spark-submit` on this machine: the options, and the process."""

from __future__ import annotations

from contextlib import suppress
import hashlib
import os
import shlex
import subprocess  # nosec B404
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.folders import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbt.compiler.cli.compilation_results import CompilationResult
    from ssbt.compiler.cli.units import Unit

SUBMIT = "ssbt.submit"
_LOG_LEVEL = "spark.log.level"
_LOG_FILE = "SSBT_LOG_FILE"
_PROGRESS = "SSBT_PROGRESS"


class SubmitCommand(click.Command):
    """Keeps what follows `--` apart, which click would take for more arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta[SUBMIT] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- SPARK-SUBMIT OPTIONS]"]


def submit_command(
    result: CompilationResult,
    out: str,
    master: str,
    arguments: tuple[str, ...],
    *,
    script: str,
    verbose: bool,
) -> list[str]:
    """What `spark-submit` is given, up to the script, whose own arguments follow."""
    # Spark tells hundreds of lines of each run, and of a failure the JVM's stack several times.
    log_options = (
        [] if verbose or _LOG_LEVEL in " ".join(arguments) else ["--conf", f"{_LOG_LEVEL}=FATAL"]
    )
    options = ["--master", master, *log_options, *_submit_options(result, out, arguments)]
    return [*options, os.path.join(out, f"{script}.py")]


def submit_variables(out: str, script: str, *, quiet: bool) -> dict[str, str]:
    """What a script finds in its environment: where its log goes, and whether a terminal looks."""
    variables = {_PROGRESS: "1"} if sys.stderr.isatty() and not quiet else {}
    if log := _log_path(out, script):
        variables[_LOG_FILE] = log
    return variables


def require_single(units: tuple[Unit, ...]) -> Unit:
    """The one pipeline; raises Failure where there are several."""
    if len(units) > 1:
        listed = ", ".join(unit.input.path for unit in units)
        raise Failure(f"there are {len(units)} pipelines, name one of them: {listed}")
    return units[0]


def _log_path(out: str, name: str) -> str | None:
    """The log of a script's last run, distinguished by the folder that the script is in."""
    folder = os.path.join(cache_folder(), "logs")
    digest = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()
    with suppress(OSError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return os.path.join(folder, f"{name}-{digest[:8]}.log")
    return None


def script_arguments(
    repeated: Mapping[str, tuple[str, ...]],
    single: Mapping[str, object],
    flags: Mapping[str, bool],
) -> list[str]:
    """The arguments of a script, each in one word."""
    arguments = [f"{name}={value}" for name, values in repeated.items() for value in values]
    arguments += [f"{name}={value}" for name, value in single.items() if value is not None]
    return arguments + [name for name, is_given in flags.items() if is_given]


def _submit_options(result: CompilationResult, out: str, arguments: tuple[str, ...]) -> list[str]:
    """What the script needs, joined with what the user gives under the same names."""
    shipped = [
        os.path.join(out, f.path) for f in result.outputs or () if _is_shipped(f.path, result)
    ]
    combined: list[str] = []
    for name, needed in (("--py-files", shipped), ("--packages", list(result.packages))):
        user_values, arguments = _extract_option(name, arguments)
        if needed or user_values:
            combined += [name, ",".join((*needed, *user_values))]
    return [*combined, *arguments]


def _is_shipped(path: str, result: CompilationResult) -> bool:
    scripts = (f"{result.name}.py", f"{result.name}_upkeep.py")
    return path.endswith((".zip", ".py")) and path not in scripts


def _extract_option(name: str, arguments: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """The values of an option, which spark-submit takes once only, and all other words."""
    values: list[str] = []
    remaining: list[str] = []
    word_iterator = iter(arguments)
    for word in word_iterator:
        if word == name:
            values += filter(None, [next(word_iterator, "")])
        elif word.startswith(f"{name}="):
            values.append(word.removeprefix(f"{name}="))
        else:
            remaining.append(word)
    return values, tuple(remaining)


def exec_spark_submit(
    arguments: list[str], variables: Mapping[str, str], *, quiet: bool
) -> NoReturn:
    """Replace this process: signals and the exit code then need no passing on."""
    program, environment = _prepare(arguments, variables, quiet=quiet)
    os.execve(program, [program, *arguments], environment)  # nosec B606


def run_spark_submit(arguments: list[str], variables: Mapping[str, str], *, quiet: bool) -> int:
    """The exit code of a script that others follow."""
    program, environment = _prepare(arguments, variables, quiet=quiet)
    return subprocess.run([program, *arguments], env=environment, check=False).returncode  # nosec B603


def _prepare(
    arguments: list[str], variables: Mapping[str, str], *, quiet: bool
) -> tuple[str, dict[str, str]]:
    """The program and its environment; the command is printed."""
    from ssbt.compiler.cli.spark import find_spark_with_java

    spark, environment = find_spark_with_java()
    if not quiet:
        sys.stderr.write(f"$ spark-submit {shlex.join(arguments)}\n")
        sys.stderr.flush()
    return spark.submit, {**variables, **environment}
