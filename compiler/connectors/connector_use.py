"""A connector where a pipeline uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.parameters import ConversionTarget
from ssbt.compiler.connectors.specification import (
    Mode,
    Role,
)

if TYPE_CHECKING:
    from ssbt.compiler.connectors.parameters import ParamType
    from ssbt.compiler.source import Span


class ConnectorUse(Struct, frozen=True):
    """One use of a connector. `span` is its name in the source or sink.

    `param_type` gives the Spark type of a parameter as text, or nothing if there is none of that
    name, which is reported elsewhere. `secrets` are the declared ones. `in_configuration` holds
    where an environment says the options, not the pipeline.
    """

    role: Role
    streaming: bool
    span: Span
    spark: str
    param_type: ParamType
    secrets: tuple[str, ...] = ()
    in_configuration: bool = False

    @property
    def target(self) -> ConversionTarget:
        """What values are converted for."""
        return ConversionTarget(self.spark, self.param_type, self.secrets)

    @property
    def mode(self) -> Mode:
        """How its data flows."""
        return Mode.STREAM if self.streaming else Mode.BATCH
