"""`ssbtc run`: compile, then `spark-submit` on this machine."""

from __future__ import annotations

from contextlib import suppress
import hashlib
import os
import shlex
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.folders import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbt.compiler.cli.compilation_results import CompilationResult
    from ssbt.compiler.cli.units import Unit

_SUBMIT = "ssbt.submit"
_LOG_LEVEL = "spark.log.level"
_LOG_FILE = "SSBT_LOG_FILE"
_PROGRESS = "SSBT_PROGRESS"


class _RunCommand(click.Command):
    """Keeps what follows `--` apart, which click would take for more arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta[_SUBMIT] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- SPARK-SUBMIT OPTIONS]"]


@click.command("run", cls=_RunCommand)
@click.argument("path", type=click.Path())
@options.assignments
@click.option("--conf-file", metavar="FILE", help="Parameters and Spark settings.")
@click.option("--env", metavar="NAME", help="Take conf/NAME.json, beside the script.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How the script logs.")
@click.option(
    "--log-file",
    metavar="FILE",
    help="Where the whole log goes, stack traces too; a file in the cache folder if not given.",
)
@click.option("--verbose", is_flag=True, help="Let the script log more, and whole stack traces.")
@click.option("--quiet", is_flag=True, help="Let the script log warnings and errors only.")
@click.option(
    "--accept-checkpoint-change",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Let a stream go on from a checkpoint that was refused; may be repeated.",
)
@click.option(
    "--keep-output",
    "kept",
    multiple=True,
    metavar="NAME",
    help="Let a stream that begins anew write on behind its folder's files; may be repeated.",
)
@click.option("--max-restarts", type=int, metavar="N", help="Restarts of a stream that fails.")
@options.master("local[*]")
@options.target
@options.out
@options.force
@options.no_cache
@options.color
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    assignments: tuple[str, ...],
    conf_file: str | None,
    env: str | None,
    log_format: str | None,
    log_file: str | None,
    verbose: bool,
    quiet: bool,
    accepted: tuple[str, ...],
    kept: tuple[str, ...],
    max_restarts: int | None,
    master: str,
    target: str | None,
    out: str,
    force: bool,
    no_cache: bool,
    color: str,
) -> int:
    """Compile a pipeline and run it on this machine's Spark.

    PATH is a pipeline, or a folder with one. The script runs in this folder and gets the first
    ten options; what follows `--` goes to spark-submit. The exit code is the script's.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.projects import with_findings_of_projects
    from ssbt.compiler.cli.runs import CompileRun
    from ssbt.compiler.cli.units import find_units

    report = options.build_report("text", strict=False, color=color)
    # Standard output belongs to the script.
    report.results_on_stdout = True
    compiler = Compiler(target, use_cache=not no_cache)
    results = [*compiler.compile_units([_require_single(find_units([path], out=out).all)])]
    (result,) = with_findings_of_projects(results, compiler)
    if code := CompileRun([result], out, report, force=force).write_outputs(summary=False):
        return code
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other")
    repeated = {"--set": assignments, "--accept-checkpoint-change": accepted}
    repeated |= {"--keep-output": kept}
    single = {"--conf-file": conf_file, "--env": env, "--log-format": log_format}
    single |= {"--log-file": log_file}
    flags = {"--verbose": verbose, "--quiet": quiet}
    script_arguments = _script_arguments(
        repeated, {**single, "--max-restarts": max_restarts}, flags
    )
    submit_arguments: tuple[str, ...] = ctx.meta.get(_SUBMIT, ())
    # Spark tells hundreds of lines of each run, and of a failure the JVM's stack several times.
    log_options = (
        []
        if verbose or _LOG_LEVEL in " ".join(submit_arguments)
        else ["--conf", f"{_LOG_LEVEL}=FATAL"]
    )
    submit = ("--master", master, *log_options, *_submit_options(result, out, submit_arguments))
    script = os.path.join(out, f"{result.name}.py")
    variables = {_PROGRESS: "1"} if sys.stderr.isatty() and not quiet else {}
    if log := _log_path(out, result.name):
        variables[_LOG_FILE] = log
    return _exec_spark_submit([*submit, script, *script_arguments], variables, quiet=quiet)


def _require_single(units: tuple[Unit, ...]) -> Unit:
    if len(units) > 1:
        listed = ", ".join(unit.input.path for unit in units)
        raise Failure(f"there are {len(units)} pipelines, name one of them: {listed}")
    return units[0]


def _log_path(out: str, name: str) -> str | None:
    """The log of a script's last run, told apart by the folder that the script is in."""
    folder = os.path.join(cache_folder(), "logs")
    digest = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()
    with suppress(OSError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return os.path.join(folder, f"{name}-{digest[:8]}.log")
    return None


def _script_arguments(
    repeated: Mapping[str, tuple[str, ...]],
    single: Mapping[str, object],
    flags: Mapping[str, bool],
) -> list[str]:
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
    return path.endswith((".zip", ".py")) and path != f"{result.name}.py"


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


def _exec_spark_submit(
    arguments: list[str], variables: Mapping[str, str], *, quiet: bool
) -> NoReturn:
    """Replace this process: signals and the exit code then need no passing on."""
    from ssbt.compiler.cli.spark import find_spark_with_java

    spark, environment = find_spark_with_java()
    if not quiet:
        sys.stderr.write(f"$ spark-submit {shlex.join(arguments)}\n")
        sys.stderr.flush()
    os.execve(spark.submit, [spark.submit, *arguments], {**variables, **environment})  # nosec B606
