"""`ssbtc explain`: the page of a code."""

from __future__ import annotations

import sys

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.console import Console, width


@click.command("explain")
@click.argument("code", required=False)
@options.color
def command(code: str | None, color: str) -> None:
    """Print the page of a diagnostic, such as SSBT0203.

    It says what the code means and why, and shows a wrong and a right pipeline. Without a code,
    all of them are listed. The page is Markdown, which a terminal shows laid out.
    """
    from ssbt.compiler.diagnostics.explain import render_page
    from ssbt.compiler.diagnostics.registry import find_code, list_codes

    if code is None:
        listed = "".join(f"{c.number}  {c.severity.value:<7}  {c.title}\n" for c in list_codes())
        Console(color).write_result(listed)
        return
    diagnostic_code = find_code(code)
    if diagnostic_code is None:
        raise click.UsageError(_describe_unknown_code(code))
    _print_page(render_page(diagnostic_code), Console(color))


def _describe_unknown_code(code: str) -> str:
    from ssbt.compiler.diagnostics.cells import sanitize
    from ssbt.compiler.diagnostics.registry import near_numbers

    near = " or ".join(f"`{number}`" for number in near_numbers(code))
    hint = f"did you mean {near}?" if near else "`ssbtc explain` lists all codes"
    return f"there is no code `{sanitize(code)}`; {hint}"


def _print_page(markdown: str, console: Console) -> None:
    if not console.has_color(sys.stdout):
        console.write_result(markdown)
        return
    from rich.console import Console as Terminal
    from rich.markdown import Markdown

    columns = min(width(sys.stdout), 100)
    terminal = Terminal(force_terminal=True, width=columns, file=sys.stdout)
    terminal.print(Markdown(markdown))
