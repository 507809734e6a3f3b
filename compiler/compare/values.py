"""The values of parameters and Spark settings in one version, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.ir.expressions import ParameterText, Text
from ssbt.compiler.ir.pipeline import Pipeline


class RunValues(Struct, frozen=True):
    """What a run has that is given nothing else; `environment` is the one that says it, if any."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    spark: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""

    def text(self, text: Text) -> str:
        """A text with the values in it; a parameter without one stays `${name}`."""
        return "".join(
            part if isinstance(part, str) else self._parameter_value(part) for part in text
        )

    def describe(self, text: Text) -> str:
        """The same for people, who want to know which parameter it is."""
        return "".join(
            part if isinstance(part, str) else self._describe_parameter(part) for part in text
        )

    def setting(self, name: str) -> str:
        """A Spark setting's value in words."""
        return self.spark.get(name.lower(), "not set")

    def _parameter_value(self, part: ParameterText) -> str:
        return str(self.parameters.get(part.name, f"${{{part.name}}}"))

    def _describe_parameter(self, part: ParameterText) -> str:
        is_set = part.name in self.parameters
        return f"${{{part.name} = {self.parameters[part.name]}}}" if is_set else f"${{{part.name}}}"


def run_values(
    pipeline: Pipeline | None, environments: Iterable[Environment]
) -> Iterator[RunValues]:
    """The values by default, then those of each environment."""
    if pipeline is None:
        yield RunValues()
        return
    defaults = {each.name: each.default for each in pipeline.parameters if not each.required}
    spark = {name.lower(): value for name, value in pipeline.spark}
    yield RunValues(defaults, spark)
    for each in environments:
        environment_settings = {
            name.lower(): str(value) for name, value in each.document.get("spark", {}).items()
        }
        parameters = {**defaults, **each.document.get("params", {})}
        yield RunValues(parameters, {**spark, **environment_settings}, each.name)
