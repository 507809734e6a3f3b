"""Schemas that a worker asks the registry for."""

import math
import time

from ssbt.runtime.registries.frames import NEW, WriterSchemas
from ssbt.runtime.registries.registry import Registry, RegistryError

_MAX_KEPT = 10_000
_ANSWERS: dict[tuple[Registry, int], tuple[tuple[str, str] | None, float]] = {}
_SILENT_UNTIL: dict[Registry, float] = {}


def schema_on_worker(writer_set: WriterSchemas, id: int) -> tuple[str, str] | None:
    """Type and text of a schema, asked for on a worker; None where the registry has none.

    None holds for `missing_seconds`: a producer may register an id after a record has named it.
    Where the registry does not answer, the driver has to ask, which a ValueError says. What it has
    found missing stays so: some workers cannot reach a registry at all.
    """
    registry, now = writer_set.registry, time.monotonic()
    answer, until = _ANSWERS.get((registry, id), (None, 0.0))
    if now < until:
        return answer
    if id in writer_set.missing and now < _SILENT_UNTIL.get(registry, 0.0):
        return None
    try:
        answer = registry.schema(id, patient=False)
    except RegistryError:
        if id not in writer_set.missing:
            raise ValueError(NEW.format(id=id, url=registry.url)) from None
        _SILENT_UNTIL[registry] = now + writer_set.missing_seconds
        return None
    if len(_ANSWERS) >= _MAX_KEPT:
        _ANSWERS.clear()
    # A schema never changes.
    _ANSWERS[registry, id] = answer, math.inf if answer else now + writer_set.missing_seconds
    return answer
