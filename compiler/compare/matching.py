"""Which dataset of one version is which of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ssbt.compiler.compare.meaning import Meaning, Meanings
from ssbt.compiler.compare.settings import option_values
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source


def match_datasets(old: Pipeline, new: Pipeline) -> dict[str, str]:
    """The new name of each dataset that both versions have, by the old one.

    One of another name is the same where neither version has both names and it is made alike.
    """
    old_names, new_names = ({each.name for each in version.datasets} for version in (old, new))
    names = {name: name for name in old_names & new_names}
    removed = [each for each in old.datasets if each.name not in new_names]
    for item in new.datasets:
        if item.name in old_names:
            continue
        if renamed := _find_renamed(item, removed, old, new, names):
            names[renamed.name] = item.name
            removed.remove(renamed)
    return names


def _find_renamed(
    item: Source | Let,
    removed: Iterable[Source | Let],
    old: Pipeline,
    new: Pipeline,
    names: Mapping[str, str],
) -> Source | Let | None:
    """The dataset of the old version that `item` is under another name."""
    # What a dataset means is asked only of those that can be it: it costs a look at all.
    alike = [each for each in removed if _outline(each) == _outline(item)]
    if isinstance(item, Source):
        return next((each for each in alike if _is_same_source(item, new, each, old)), None)
    if not alike:
        return None
    now = _meaning_key(Meanings(new, {name: name for name in names.values()}).of(item.name))
    was = Meanings(old, names)
    return next((each for each in alike if _meaning_key(was.of(each.name)) == now), None)


def _outline(item: Source | Let) -> object:
    output = item.output if isinstance(item, Source) else item.query.output
    return type(item), tuple(column.name for column in output.columns)


def _is_same_source(item: Source, new: Pipeline, other: Source | Let, old: Pipeline) -> bool:
    return isinstance(other, Source) and _source_key(item, new) == _source_key(other, old)


def _source_key(item: Source, pipeline: Pipeline) -> object:
    columns = tuple((c.name, c.type, c.nullable, c.tags) for c in item.output.columns)
    options = {name: each.text for name, each in option_values(item.settings, pipeline).items()}
    return columns, item.connector.name, item.part, options


def _meaning_key(meaning: Meaning) -> object:
    columns = tuple((name, column.text) for name, column in meaning.columns.items())
    return columns, tuple((step.word, step.text) for step in meaning.rows)
