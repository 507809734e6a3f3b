"""The settings of the session that state needs."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.emit.setting_code import EmittedOption
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import has_processor, has_state

_STORE = "spark.sql.streaming.stateStore"
# Name, value, and why it is there; the store itself comes first.
_SETTINGS = (
    (
        f"{_STORE}.providerClass",
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
        "State lives in RocksDB, which may outgrow the memory of the executors.",
    ),
    (
        f"{_STORE}.rocksdb.changelogCheckpointing.enabled",
        "true",
        "Each batch saves what it has changed, not all of the state.",
    ),
    (
        "spark.sql.shuffle.partitions",
        "8",
        "State has this many parts, and a checkpoint keeps the number forever; Spark's 200 make"
        " small batches slow, and 8 keep 8 cores busy.",
    ),
)


def state_settings(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """Names and values; what the pipeline sets itself stays."""
    for name, value, _ in _settings_to_add(pipeline):
        yield name, value


def explained_state_settings(pipeline: Pipeline) -> Iterator[EmittedOption]:
    """The same, each with the reason for it."""
    yield from (EmittedOption(*each) for each in _settings_to_add(pipeline))


def _settings_to_add(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    explicit = {name.lower() for name, _ in pipeline.spark}
    # A processor keeps its state in a store while a batch runs, too.
    needed = _SETTINGS if has_state(pipeline) else _SETTINGS[: has_processor(pipeline)]
    yield from (each for each in needed if each[0].lower() not in explicit)
