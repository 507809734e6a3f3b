"""The Spark settings that a value in state may depend on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import re

from ssbt.compiler.ir.expressions import render_text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.patterns import lazy_pattern

ZONE = "spark.sql.session.timeZone"
# What takes part in reckoning with times, or may: types, functions, formats with times in them.
_TIME = lazy_pattern(
    r"time|date|now|day|hour|minute|second|month|year|week|window|json|csv|xml", re.I
)
_CUT = "… "
_PLACES = (PartKind.SOURCE, PartKind.TABLE, PartKind.AGAIN)
_CODE = (PartKind.CONTENT, PartKind.CODE)
# Settings of how Spark works, where, and how it tells of it; and those that checkpoints keep.
_HARMLESS = lazy_pattern(
    r"spark\.(?!sql\.|driver\.extraJavaOptions|executor\.extraJavaOptions|hadoop\.(?!fs\.))"
    r"|spark\.sql\.(?:adaptive|autoBroadcast|broadcast|shuffle|files\.(?:max|min|open)|ui|execution"
    r"|codegen|inMemoryColumnarStorage|join\.prefer|catalog|warehouse|hive|queryExecutionListeners"
    r"|redaction|debug|event|extensions|repl|statistics|cbo|thriftServer|pyspark|cache"
    r"|maxMetadataStringLength|maxPlanStringLength|parquet\.(?:compression|filterPushdown|enableVec)"
    r"|orc\.(?:compression|filterPushdown|enableVec)|sources\.(?:parallel|bucketing|commit)"
    r"|streaming\.(?:stateStore\.(?:provider|rocksdb|minDeltas|maintenance|compression|format"
    r"|encoding|num|coordinator)|metrics|ui|numRecent|polling|stop|checkpoint|minBatches|commit"
    r"|fileSink|fileSource\.log|kafka|multipleWatermarkPolicy|aggregation\.state|join\.state"
    r"|flatMapGroupsWithState\.state|streamingQueryListeners|disabled|transformWithState"
    r"|forceDeleteTempCheckpointLocation|schemaInference))",
    re.IGNORECASE,
)


def setting_parts(
    pipeline: Pipeline, parts: Sequence[FingerprintPart], *, perhaps: bool
) -> Iterator[FingerprintPart]:
    """A part for each setting that may change a value; only the name: a run knows the value."""
    names = {name.lower(): name for name, _ in pipeline.spark if not _HARMLESS.match(name)}
    if any(map(_has_time, parts)):
        names.setdefault(ZONE.lower(), ZONE)
    else:
        names.pop(ZONE.lower(), None)
    for _, name in sorted(names.items()):
        yield FingerprintPart(PartKind.SETTING, (name,), (), pipeline.span, perhaps)


def _has_time(part: FingerprintPart) -> bool:
    """Whether the zone of the session may decide about a part; rather once too often."""
    text = render_text(part.text)
    is_relevant = part.kind in _CODE or _CUT in text or _TIME.search(text) is not None
    return is_relevant and part.kind not in _PLACES
