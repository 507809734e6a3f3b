"""`ssbtc config`: what a project's configuration comes to."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.configuration.environments import Environment
    from ssbt.compiler.configuration.reports import Entry
    from ssbt.compiler.source import Source


@click.group("config")
def command() -> None:
    """Show what the configuration of a project comes to, one environment or two."""


@command.command("show")
@click.argument("path", type=click.Path(), default=".")
@click.option("--env", "environment", required=True, metavar="NAME", help="The environment.")
@click.option("--origin", is_flag=True, help="Add the file and line that each value comes from.")
@options.output_format(["text", "json"])
@options.color
def show(path: str, environment: str, origin: bool, output_format: str, color: str) -> int:
    """Print the effective values of a pipeline in an environment; secrets are names.

    PATH is a pipeline, or a folder with one.
    """
    report = options.report("text", strict=False, color=color)
    read = _Read(path, (environment,), report)
    if read.code:
        return read.code
    (found,) = read.environments
    if output_format == "json":
        print(json.dumps([read.record(entry) for entry in found.entries], indent=2))
        return 0
    lines = [f"{entry.name} = {entry.text}" for entry in found.entries]
    width = max(map(len, lines), default=0)
    for line, entry in zip(lines, found.entries, strict=True):
        print(f"{line:{width}}  # {read.place(entry)}" if origin else line)
    return 0


@command.command("diff")
@click.argument("old")
@click.argument("new")
@click.argument("path", type=click.Path(), default=".")
@options.color
def diff(old: str, new: str, path: str, color: str) -> int:
    """Print in what two environments of a pipeline differ.

    PATH is a pipeline, or a folder with one.
    """
    report = options.report("text", strict=False, color=color)
    read = _Read(path, (old, new), report)
    if read.code:
        return read.code
    before, after = (_texts(each) for each in read.environments)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            print(name)
            print(f"  {old}: {before.get(name, '(not set)')}")
            print(f"  {new}: {after.get(name, '(not set)')}")
    return 0


class _Read:
    """The environments of the one pipeline at a path; `code` is not 0 where they have mistakes."""

    def __init__(self, path: str, names: tuple[str, ...], report: Report) -> None:
        from ssbt.compiler import driver
        from ssbt.compiler.cli.units import relocated_findings, units

        self._unit = _only(units([path]).all)
        checked = driver.checked(self._unit.path, self._unit.read)
        unit = self._unit
        found = driver.configured(checked, unit.path, unit.read, names, unit.real)
        self.environments: tuple[Environment, ...] = found.environments
        self._sources: Mapping[str, Source] = found.checked.sources
        if found.checked.failed:
            report.add(*relocated_findings(found.checked.findings, self._sources, self._unit))
        self.code = report.print() if found.checked.failed else 0
        sys.stdout.flush()

    def place(self, entry: Entry) -> str:
        """The file and line that a value comes from."""
        if entry.origin is None:
            return "default"
        line, _ = self._sources[entry.origin.path].position(entry.origin.start)
        return f"{self._unit.shown(entry.origin.path)}:{line}"

    def record(self, entry: Entry) -> dict[str, str]:
        """A value for programs."""
        return {"name": entry.name, "value": entry.text, "origin": self.place(entry)}


def _only(found: tuple[Unit, ...]) -> Unit:
    if len(found) != 1:
        names = ", ".join(unit.input.path for unit in found[:5])
        raise Failure(f"name one pipeline; there are {names}")
    return found[0]


def _texts(environment: Environment) -> dict[str, str]:
    return {entry.name: entry.text for entry in environment.entries}
