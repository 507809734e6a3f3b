"""How a script is started."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Connector
from ssbt.compiler.emit.docstrings import INDENT, LINE_LENGTH
from ssbt.compiler.emit.naming import script_names, script_stem
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source


def packages(pipeline: Pipeline) -> tuple[str, ...]:
    """The `--packages` coordinates of all connectors for the pipeline's Spark line, sorted."""
    sources = [item for item in pipeline.datasets if isinstance(item, Source)]
    items: list[Source | Sink] = [*sources, *pipeline.sinks]
    needed: list[Connector] = []
    for item in items:
        needed += [item.connector, *(use.format for use in item.settings.formats())]
    found = {c for one in needed for c in one.coordinates(pipeline.target)}
    for each in (*items, *pipeline.connections):
        found.update(_of_choices(each.settings))
    return tuple(sorted(found))


def _of_choices(settings: Settings) -> Iterator[str]:
    """What the words that options are given need."""
    for setting in settings.settings:
        for choice in setting.option.choices:
            if choice.packages and choice.spark == setting.value:
                yield from choice.packages


def submit_lines(pipeline: Pipeline) -> list[str]:
    """The command, in lines for a docstring."""
    names = script_names(pipeline)
    archives = ["ssbt_runtime.zip", *(f"{module.name}.py" for module in pipeline.modules)]
    words = [f"--py-files {','.join(archives)}"]
    if found := packages(pipeline):
        words.append(f"--packages {','.join(found)}")
    needed = [item.name for item in pipeline.parameters if item.required]
    values = "".join(f" --set {names.params[name]}=..." for name in needed)
    words.append(f"{script_stem(pipeline.name)}.py{values}")
    one_line = f"{INDENT}spark-submit {' '.join(words)}"
    if len(one_line) <= LINE_LENGTH:
        return [one_line]
    return [f"{INDENT}spark-submit {words[0]} \\", *_continued(words[1:])]


def _continued(words: list[str]) -> list[str]:
    lines = [f"{INDENT * 2}{word} \\" for word in words]
    return [*lines[:-1], lines[-1].removesuffix(" \\")]
