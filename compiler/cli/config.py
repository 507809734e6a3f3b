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
    report = options.build_report("text", strict=False, color=color)
    configuration = _ConfigurationReader(path, (environment,), report)
    if configuration.code:
        return configuration.code
    (effective,) = configuration.environments
    if output_format == "json":
        print(json.dumps([configuration.to_record(entry) for entry in effective.entries], indent=2))
        return 0
    lines = [f"{entry.name} = {_shown_text(entry)}" for entry in effective.entries]
    width = max(map(len, lines), default=0)
    for line, entry in zip(lines, effective.entries, strict=True):
        print(f"{line:{width}}  # {configuration.format_origin(entry)}" if origin else line)
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
    report = options.build_report("text", strict=False, color=color)
    configuration = _ConfigurationReader(path, (old, new), report)
    if configuration.code:
        return configuration.code
    old_values, new_values = (_values_by_name(each) for each in configuration.environments)
    for name in sorted({*old_values, *new_values}):
        if _text(old_values.get(name)) != _text(new_values.get(name)):
            print(name)
            for environment, values in ((old, old_values), (new, new_values)):
                entry = values.get(name)
                print(f"  {environment}: {_shown_text(entry) if entry else '(not set)'}")
    return 0


class _ConfigurationReader:
    """The environments of the one pipeline at a path; `code` is not 0 where they have mistakes."""

    def __init__(self, path: str, names: tuple[str, ...], report: Report) -> None:
        from ssbt.compiler import driver
        from ssbt.compiler.cli.units import find_units, relocate_findings

        self._unit = _require_single(find_units([path]).all)
        check_result = driver.check_pipeline(self._unit.path, self._unit.read)
        unit = self._unit
        configured = driver.configure_pipeline(
            check_result, unit.path, unit.read, names, unit.real_path
        )
        self.environments: tuple[Environment, ...] = configured.environments
        self._sources: Mapping[str, Source] = configured.check_result.sources
        if configured.check_result.has_errors:
            report.add(
                *relocate_findings(configured.check_result.findings, self._sources, self._unit)
            )
        self.code = report.print() if configured.check_result.has_errors else 0
        sys.stdout.flush()

    def format_origin(self, entry: Entry) -> str:
        """The file and line that a value comes from."""
        if entry.origin is None:
            return "default"
        line, _ = self._sources[entry.origin.path].position(entry.origin.start)
        return f"{self._unit.display_path(entry.origin.path)}:{line}"

    def to_record(self, entry: Entry) -> dict[str, str]:
        """A value for programs."""
        return {
            "name": entry.name,
            "value": _shown_text(entry),
            "origin": self.format_origin(entry),
        }


def _require_single(units: tuple[Unit, ...]) -> Unit:
    if len(units) != 1:
        names = ", ".join(unit.input.path for unit in units[:5])
        raise Failure(f"name one pipeline; there are {names}")
    return units[0]


def _values_by_name(environment: Environment) -> dict[str, Entry]:
    return {entry.name: entry for entry in environment.entries}


def _text(entry: Entry | None) -> str | None:
    return entry.text if entry else None


def _shown_text(entry: Entry) -> str:
    """The value, unless its name was meant to be that of a credential."""
    from ssbt.compiler.diagnostics.written_credentials import hide_value

    return hide_value(entry.name, entry.text)
