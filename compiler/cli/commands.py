"""The command `ssbtc`: its subcommands are modules of this package, imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from ssbt.compiler.cli.console import StreamError
from ssbt.compiler.cli.failures import Failure, write_failure
from ssbt.compiler.cli.main import BROKEN_PIPE
from ssbt.compiler.cli.writing import WriteError
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.emit.version import VERSION

NAMES = (
    "compile",
    "check",
    "run",
    "maintain",
    "table",
    "test",
    "fmt",
    "verify",
    "diff",
    "lineage",
    "docs",
    "config",
    "schema",
    "packages",
    "explain",
    "init",
    "doctor",
    "lsp",
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, and return their exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a module `cmd_name`, in which it is called `command`."""
        if cmd_name not in NAMES:
            return None
        command = import_module(f"ssbt.compiler.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a misspelt name."""
        name = args[0]
        if name in NAMES or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = did_you_mean(name, NAMES)
        hint = f"did you mean `{near}`?" if near else f"the commands are {', '.join(NAMES)}"
        raise click.UsageError(f"there is no command `{name}`; {hint}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and exit with what it returns."""
        try:
            ctx.exit(super().invoke(ctx) or 0)
        except WriteError as error:
            raise write_failure(error.path, error.cause) from error
        except StreamError as error:
            raise Failure(f"cannot write to standard output: {error}") from error
        except BrokenPipeError:
            # Click would make it 1, which means findings.
            ctx.exit(BROKEN_PIPE)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, "-V", "--version", message="ssbtc %(version)s")
def ssbtc() -> None:
    """Compile `.ssbt` pipelines to standalone PySpark scripts.

    Start with `ssbtc init`, then `ssbtc run pipeline.ssbt`.
    """
