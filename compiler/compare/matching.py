"""Which dataset of one version is which of the other."""

from __future__ import annotations

from ssbt.compiler.compare.meaning import meanings
from ssbt.compiler.compare.settings import given
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source


def matched(old: Pipeline, new: Pipeline) -> dict[str, str]:
    """The new name of each dataset that both versions have, by the old one.

    One of another name is the same where neither version has both names and it is made alike.
    """
    before = {each.name: each for each in old.datasets}
    names = {each.name: each.name for each in new.datasets if each.name in before}
    for item in new.datasets:
        if item.name in names:
            continue
        made = _shape(item, new, {name: name for name in names.values()})
        for name, other in before.items():
            if name not in names and _shape(other, old, names) == made:
                names[name] = item.name
                break
    return names


def _shape(item: Source | Let, pipeline: Pipeline, names: dict[str, str]) -> object:
    """What a dataset is but for its name."""
    if isinstance(item, Source):
        columns = tuple((c.name, c.type, c.nullable, c.tags) for c in item.output.columns)
        return columns, item.connector.name, item.part, _options(item, pipeline)
    meaning = meanings(pipeline, names)[item.name]
    made = tuple((name, column.text) for name, column in meaning.columns.items())
    return made, tuple((step.word, step.text) for step in meaning.rows)


def _options(source: Source, pipeline: Pipeline) -> dict[str, str]:
    return {name: each.text for name, each in given(source.settings, pipeline).items()}
