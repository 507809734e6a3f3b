"""Schemas that a worker asks the registry for."""

from collections.abc import Collection
import math
import time

from ssbt.runtime.registries.frames import NEW
from ssbt.runtime.registries.registry import Registry, RegistryError

# So long an id is taken for missing: a producer may register it after a record has named it.
MISSING_SECONDS = 30.0
_MAX_KEPT = 10_000
_ANSWERS: dict[tuple[Registry, int], tuple[tuple[str, str] | None, float]] = {}
_SILENT_UNTIL: dict[Registry, float] = {}


def schema_on_worker(
    registry: Registry, id: int, missing: Collection[int] = ()
) -> tuple[str, str] | None:
    """Type and text of a schema, asked for on a worker; None where the registry has none.

    Where the registry does not answer, the driver has to ask, which a ValueError says. What it has
    found `missing` stays so: some workers cannot reach a registry at all.
    """
    now = time.monotonic()
    answer, until = _ANSWERS.get((registry, id), (None, 0.0))
    if now < until:
        return answer
    if id in missing and now < _SILENT_UNTIL.get(registry, 0.0):
        return None
    try:
        answer = registry.schema(id, patient=False)
    except RegistryError:
        if id not in missing:
            raise ValueError(NEW.format(id=id, url=registry.url)) from None
        _SILENT_UNTIL[registry] = now + MISSING_SECONDS
        return None
    if len(_ANSWERS) >= _MAX_KEPT:
        _ANSWERS.clear()
    # A schema never changes.
    _ANSWERS[registry, id] = answer, now + MISSING_SECONDS if answer is None else math.inf
    return answer
