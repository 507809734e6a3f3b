"""Which dataset of one version is which of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ssbt.compiler.compare.meaning import Meaning, Meanings
from ssbt.compiler.compare.settings import given
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source


def matched(old: Pipeline, new: Pipeline) -> dict[str, str]:
    """The new name of each dataset that both versions have, by the old one.

    One of another name is the same where neither version has both names and it is made alike.
    """
    before, after = ({each.name for each in version.datasets} for version in (old, new))
    names = {name: name for name in before & after}
    gone = [each for each in old.datasets if each.name not in after]
    for item in new.datasets:
        if item.name in before:
            continue
        if renamed := _renamed(item, gone, old, new, names):
            names[renamed.name] = item.name
            gone.remove(renamed)
    return names


def _renamed(
    item: Source | Let,
    gone: Iterable[Source | Let],
    old: Pipeline,
    new: Pipeline,
    names: Mapping[str, str],
) -> Source | Let | None:
    """The dataset of the old version that `item` is under another name."""
    # What a dataset means is asked only of those that can be it: it costs a look at all.
    alike = [each for each in gone if _outline(each) == _outline(item)]
    if isinstance(item, Source):
        return next((each for each in alike if _is_same_source(item, new, each, old)), None)
    if not alike:
        return None
    now = _made(Meanings(new, {name: name for name in names.values()}).of(item.name))
    was = Meanings(old, names)
    return next((each for each in alike if _made(was.of(each.name)) == now), None)


def _outline(item: Source | Let) -> object:
    output = item.output if isinstance(item, Source) else item.query.output
    return type(item), tuple(column.name for column in output.columns)


def _is_same_source(item: Source, new: Pipeline, other: Source | Let, old: Pipeline) -> bool:
    return isinstance(other, Source) and _read(item, new) == _read(other, old)


def _read(item: Source, pipeline: Pipeline) -> object:
    columns = tuple((c.name, c.type, c.nullable, c.tags) for c in item.output.columns)
    options = {name: each.text for name, each in given(item.settings, pipeline).items()}
    return columns, item.connector.name, item.part, options


def _made(meaning: Meaning) -> object:
    columns = tuple((name, column.text) for name, column in meaning.columns.items())
    return columns, tuple((step.word, step.text) for step in meaning.rows)
