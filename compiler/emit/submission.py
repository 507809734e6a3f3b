"""How a script is started."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Connector
from ssbt.compiler.emit.docstrings import INDENT, LINE_LENGTH
from ssbt.compiler.emit.naming import build_script_names, script_stem
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source


def collect_packages(pipeline: Pipeline) -> tuple[str, ...]:
    """The `--packages` coordinates of all connectors for the pipeline's Spark line, sorted."""
    sources = [item for item in pipeline.datasets if isinstance(item, Source)]
    items: list[Source | Sink] = [*sources, *pipeline.sinks]
    needed: list[Connector] = []
    for item in items:
        needed += [item.connector, *(use.format for use in item.settings.formats())]
    coordinates = {c for connector in needed for c in connector.coordinates(pipeline.target)}
    for each in (*items, *pipeline.connections):
        coordinates.update(_choice_packages(each.settings))
    return tuple(sorted(coordinates))


def _choice_packages(settings: Settings) -> Iterator[str]:
    """What the words that options are given need."""
    for setting in settings.settings:
        for choice in setting.option.choices:
            if choice.packages and choice.spark == setting.value:
                yield from choice.packages


def submit_lines(pipeline: Pipeline, suffix: str = "") -> list[str]:
    """The command, in lines for a docstring; the script's name ends in `suffix`."""
    names = build_script_names(pipeline)
    archives = ["ssbt_runtime.zip", *(f"{module.name}.py" for module in pipeline.modules)]
    arguments = [f"--py-files {','.join(archives)}"]
    if coordinates := collect_packages(pipeline):
        arguments.append(f"--packages {','.join(coordinates)}")
    needed = [item.name for item in pipeline.parameters if item.required]
    values = "".join(f" --set {names.params[name]}=..." for name in needed)
    arguments.append(f"{script_stem(pipeline.name)}{suffix}.py{values}")
    one_line = f"{INDENT}spark-submit {' '.join(arguments)}"
    if len(one_line) <= LINE_LENGTH:
        return [one_line]
    return [f"{INDENT}spark-submit {arguments[0]} \\", *_continue_lines(arguments[1:])]


def _continue_lines(arguments: list[str]) -> list[str]:
    lines = [f"{INDENT * 2}{argument} \\" for argument in arguments]
    return [*lines[:-1], lines[-1].removesuffix(" \\")]
