"""A run of a pipeline, as its functions see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import logging
from typing import Generic, TypeVar

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.files.inputs import warn_of_missing_files
from ssbt.runtime.metrics.writes import WriteLog
from ssbt.runtime.providers.secrets import Secret, SecretError, Secrets

P = TypeVar("P")


@dataclass
class Job(Generic[P]):
    """The session, the parameters and a logger; `Job(spark, Params())` does to try a function.

    `written` has the sinks in the order in which their writes began, `done` the functions of those
    that are not called again when the pipeline is planned once more.
    """

    spark: SparkSession
    params: P
    name: str = "job"
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("ssbt.job"))
    written: dict[str, Observation] = field(default_factory=dict)
    done: set[Callable[..., None]] = field(default_factory=set)
    writes: WriteLog = field(default_factory=WriteLog)
    secrets: Secrets = field(default_factory=Secrets)
    connections: Mapping[str, Mapping[str, str | Secret]] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """The value of a secret; raises SecretError where it has none."""
        return self.secrets.value(name)

    def connection(self, name: str, options: Mapping[str, str | Secret]) -> dict[str, str]:
        """The options of a connection, as the configuration changes them, with its secrets' values.

        Raises SecretError where a secret has no value, or a credential stands in the configuration.
        """
        overrides = self.connections.get(name, {})
        for key, value in overrides.items():
            if isinstance(options.get(key), Secret) and not isinstance(value, Secret):
                raise SecretError(f"`{key}` of the connection `{name}` takes the name of a secret")
        return {
            key: self.secret(value.name) if isinstance(value, Secret) else value
            for key, value in {**options, **overrides}.items()
        }

    def once(self, write: Callable[[DataFrame, "Job[P]"], None], df: DataFrame) -> None:
        """Call `write`, unless it has done its work in this run."""
        if write not in self.done:
            write(df, self)
            self.done.add(write)

    def counted(self, df: DataFrame, sink: str) -> DataFrame:
        """`df` for one write, with its rows counted on their way; a stream stays as it is."""
        if df.isStreaming:
            return df
        warn_of_missing_files(df, self.log)
        rows = self.written[sink] = Observation()
        self.writes.begin(sink, rows)
        return df.observe(rows, F.count(F.lit(1)).alias("rows"))
