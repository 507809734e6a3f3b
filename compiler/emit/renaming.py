"""Renaming columns."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.emit.templating import render_template

Pair = tuple[str, str]


def emit_renames(frame: str, pairs: Sequence[Pair]) -> str:
    """`frame` with all pairs of old and new name applied at once.

    Spark applies those of one `withColumnsRenamed` one after the other: with `a` to `b` and `b` to
    `a` it gives both columns the name `a`. So, where a new name is another's old one, the other
    goes first, and a circle goes by way of a name that nobody has.
    """
    if not pairs:
        return frame
    olds = {old.casefold() for old, _ in pairs}
    are_apart = len(pairs) > 1 and not any(new.casefold() in olds for _, new in pairs)
    return render_template(
        "steps/rename",
        frame=frame,
        together=dict(pairs) if are_apart else None,
        pairs=[] if are_apart else _order_pairs(pairs),
    )


def _order_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs to apply one after the other."""
    waiting = {old.casefold(): (old, new) for old, new in pairs}
    ordered: list[Pair] = []
    detours: list[Pair] = []
    while waiting:
        free = [key for key, (_, new) in waiting.items() if _is_free(new, key, waiting)]
        if free:
            ordered.append(waiting.pop(free[0]))
            continue
        key, (old, new) = next(iter(waiting.items()))
        detour = f"{old} renamed"
        while detour.casefold() in {name.casefold() for pair in pairs for name in pair}:
            detour += "_"
        del waiting[key]
        ordered.append((old, detour))
        detours.append((detour, new))
    return ordered + detours


def _is_free(new: str, key: str, waiting: dict[str, Pair]) -> bool:
    return new.casefold() == key or new.casefold() not in waiting
