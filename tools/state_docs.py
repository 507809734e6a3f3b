"""Write docs/state.md, what a checkpoint depends on: `python tools/state_docs.py`."""

from __future__ import annotations

from pathlib import Path

from ssbt.compiler.ir.fingerprints.dependence_kinds import Dependence, Effect, Location, PartKind
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES

PAGE = Path(__file__).parents[1] / "docs" / "state.md"
_INTRODUCTION = """\
# What the state of a stream depends on

<!-- Written by tools/state_docs.py from compiler/ir/fingerprints/dependences.py. -->

This page lists everything that a stateful step's state is made of, and everything that flows into
it. The compiler has it as one table. The list `depends_on` in a script has a part for each row that
the stream has, under the word in the first column. If a part differs, [`ssbtc diff`](commands.md)
reports what the row says, and the runtime
[refuses to continue](guides/operating-streams.md#checkpoints). What is in no row may change: names,
layout, steps after the state, triggers, rates.

Expressions are compared as expressions over columns of the sources, whatever names they have on
the way. Only columns that are used count. Writing the same in another way is not a change, as far
as `ssbtc diff` can prove it for rows: `2 < v` and `v > 2`, `between` and its two comparisons,
`nvl` and `coalesce`, `count(1)` and `count(*)`, brackets, one filter and two, casts in another
form or to the type that a value already has. For this, `meanings` in a script has a digest of each
part in canonical form. A checkpoint made by an older compiler has no digests, so only the texts
are compared.

The stateful steps are `aggregate` and `pivot`, `distinct` and `deduplicate`, joins of two streams,
`limit`, and `stateful`. `apply` and `sql` may contain any of these: what flows into them counts as
if they did, and is at most `unknown`.

| verdict | |
|---|---|
| `safe` | Spark continues, and writes what a fresh start would have written |
| `unknown` | nothing proves that: look at it, then `--accept-checkpoint-change NAME` |
| `new checkpoint` | Spark stops with an error, or continues with a mixture of old and new |
| `silently wrong` | Spark continues with state that means something else |
"""
_END = """
## What is not seen

- The data of a static side: each batch reads it again, and keeps nothing of it.
- What is installed: other versions of Python packages or of Spark.
- Files outside of the project that code of one's own opens, those whose paths it computes, and
  modules whose names it computes: `ssbtc diff` says `unknown` wherever there is such a call, and a
  start cannot tell. A file or a module of the project that a text of the code names counts as the
  code does: `open("limits.json")`, `import_module("limits")`.
- Settings that only the operator gives, except the time zone of the session.
- The addresses of the Kafka cluster, at start: only `ssbtc diff` compares them.

How it was tried: [agreement](agreement.md#restarts).
"""


def page() -> str:
    """The whole page, as it should be."""
    return _INTRODUCTION + "".join(map(_section, Location)) + _END


def _section(location: Location) -> str:
    rows = [(kind, row) for kind, row in DEPENDENCES.items() if row.location is location]
    title = f"\n## {location.value[0].upper()}{location.value[1:]}\n\n"
    head = (
        "| part | what it is | what of it counts | another | new or gone |\n|---|---|---|---|---|\n"
    )
    return title + head + "".join(_line(kind, row) for kind, row in rows)


def _line(kind: PartKind, row: Dependence) -> str:
    cells = (
        f"`{kind.value}`",
        row.label,
        row.criteria,
        _effect(row.on_change),
        _effect(row.on_appearance),
    )
    return f"| {' | '.join(cells)} |\n"


def _effect(effect: Effect) -> str:
    word = effect.verdict.name.lower().replace("_", " ")
    return f"`{word}`" + (f": {effect.reason}" if effect.reason else "")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
