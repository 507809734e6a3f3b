"""The options that several commands share, each with one meaning everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ssbt.compiler.cli.console import Console
from ssbt.compiler.cli.inputs import BUILD_FOLDER
from ssbt.compiler.cli.reporting import Report
from ssbt.compiler.diagnostics.formats import OutputFormat

# Said again here, and compared by a test: where they come from takes longer to import than a
# compile that has nothing to do.
SPARK_LINES = ("3.5", "4.0", "4.1", "4.2", "4.3")
DEFAULT_TARGET = "4.1"

F = TypeVar("F", bound=Callable[..., Any])
_ANY_PATH = click.Path(allow_dash=True)


def paths(command: F) -> F:
    """`paths` and `stdin_filename`: what the command looks at."""
    name = click.option(
        "--stdin-filename",
        metavar="PATH",
        help="What to call standard input; imports are relative to its folder.",
    )
    return name(click.argument("paths", nargs=-1, type=_ANY_PATH)(command))


def target(command: F) -> F:
    """`target`: the Spark line, None for the one that the pipeline itself names."""
    return click.option(
        "--target",
        type=click.Choice(SPARK_LINES),
        show_default=f"the pipeline's own, or {DEFAULT_TARGET}",
        help="The Spark line to compile for.",
    )(command)


def out(command: F) -> F:
    """`out`: the output folder."""
    return click.option(
        "-o",
        "--out",
        type=click.Path(file_okay=False),
        default=BUILD_FOLDER,
        show_default=True,
        metavar="DIR",
        help="The folder of the outputs.",
    )(command)


def script_run(command: F) -> F:
    """`conf_file`, `env`, and how the script logs: what `spark-submit` hands over to it."""
    for option in reversed(
        (
            click.option("--conf-file", metavar="FILE", help="Parameters and Spark settings."),
            click.option("--env", metavar="NAME", help="Take conf/NAME.json, beside the script."),
            click.option(
                "--log-format",
                type=click.Choice(["text", "json"]),
                help="How the script logs.",
            ),
            click.option(
                "--log-file",
                metavar="FILE",
                help="Where the whole log goes, stack traces too;"
                " a file in the cache folder if not given.",
            ),
            click.option(
                "--verbose", is_flag=True, help="Let the script log more, and whole stack traces."
            ),
            click.option(
                "--quiet", is_flag=True, help="Let the script log warnings and errors only."
            ),
        )
    ):
        command = option(command)
    return command


def assignments(command: F) -> F:
    """`assignments`: values of parameters, each `NAME=VALUE`."""
    return click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        help="Give a parameter a value; may be repeated.",
    )(command)


def master(default: str) -> Callable[[F], F]:
    """`master`: the address of the cluster, or of the threads that stand for one."""
    return click.option(
        "--master", default=default, show_default=True, metavar="URL", help="Where Spark runs."
    )


def no_cache(command: F) -> F:
    """`no_cache`: whether to leave the cache alone."""
    return click.option(
        "--no-cache", is_flag=True, help="Neither use nor keep results of earlier runs."
    )(command)


def force(command: F) -> F:
    """`force`: whether to overwrite what somebody else wrote."""
    return click.option(
        "--force", is_flag=True, help="Overwrite outputs that were edited by hand, and other files."
    )(command)


def color(command: F) -> F:
    """`color`: of a `Console`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours; `auto` is on a terminal, unless NO_COLOR or FORCE_COLOR says otherwise.",
    )(command)


_MAX_FINDINGS = "ssbt.max_findings"


def findings(command: F) -> F:
    """The options that `build_report` takes; it finds `--max-findings` itself."""
    limit = click.option(
        "--max-findings",
        type=click.IntRange(min=0),
        default=100,
        show_default=True,
        metavar="N",
        expose_value=False,
        callback=lambda context, _, value: context.meta.update({_MAX_FINDINGS: value}),
        help="Print up to N findings of a file, 0 for all; json and sarif always have all.",
    )
    command = limit(command)
    strict = click.option(
        "--warnings-as-errors", "--strict", "strict", is_flag=True, help="Let no warning pass."
    )
    return output_format([choice.value for choice in OutputFormat])(strict(color(command)))


def output_format(choices: list[str]) -> Callable[[F], F]:
    """`output_format`: one of the choices."""
    return click.option(
        "--output-format",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="How to print what is found.",
    )


def build_report(output_format: str, strict: bool, color: str) -> Report:
    """The report that the options of `findings` ask for."""
    limit = click.get_current_context().meta.get(_MAX_FINDINGS, 0)
    return Report(Console(color), OutputFormat(output_format), strict, max_findings=limit)
