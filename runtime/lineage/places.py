"""Where the datasets of a run are, as OpenLineage names them."""

from collections.abc import Mapping
from pathlib import Path
import re
from typing import Any

_PLACE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)/*(.*)", re.DOTALL)
_PARAMETER = re.compile(r"\$\{(\w+)\}")


def with_places(value: Any, places: Mapping[str, Mapping[str, str]]) -> Any:
    """What the compiler has recorded, each dataset by its place instead of its name."""
    if isinstance(value, list):
        return [with_places(each, places) for each in value]
    if not isinstance(value, dict):
        return value
    location = places[value["dataset"]] if isinstance(value.get("dataset"), str) else {}
    remaining = {key: each for key, each in value.items() if not (location and key == "dataset")}
    return {**location, **{key: with_places(each, places) for key, each in remaining.items()}}


def resolve_location(recorded: Mapping[str, str], values: Mapping[str, object]) -> dict[str, str]:
    """Namespace and name of a dataset, with the values of this run."""

    def value(parameter_match: "re.Match[str]") -> str:
        return str(values.get(parameter_match[1], parameter_match[0]))

    texts = {key: _PARAMETER.sub(value, text) for key, text in recorded.items()}
    if "path" not in texts:
        return {"namespace": texts["namespace"].partition(",")[0], "name": texts["name"]}
    match = _PLACE.fullmatch(texts["path"])
    if match is None or match[1] == "file":
        path = f"/{match[3]}" if match else str(Path(texts["path"]).absolute())
        return {"namespace": "file", "name": path}
    scheme = "s3" if match[1] in ("s3a", "s3n") else match[1]
    return {"namespace": f"{scheme}://{match[2]}", "name": match[3] or "/"}
