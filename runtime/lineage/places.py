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
    found = places[value["dataset"]] if isinstance(value.get("dataset"), str) else {}
    kept = {key: each for key, each in value.items() if not (found and key == "dataset")}
    return {**found, **{key: with_places(each, places) for key, each in kept.items()}}


def place(recorded: Mapping[str, str], values: Mapping[str, object]) -> dict[str, str]:
    """Namespace and name of a dataset, with the values of this run."""

    def value(found: "re.Match[str]") -> str:
        return str(values.get(found[1], found[0]))

    texts = {key: _PARAMETER.sub(value, text) for key, text in recorded.items()}
    if "path" not in texts:
        return {"namespace": texts["namespace"].partition(",")[0], "name": texts["name"]}
    found = _PLACE.fullmatch(texts["path"])
    if found is None or found[1] == "file":
        path = f"/{found[3]}" if found else str(Path(texts["path"]).absolute())
        return {"namespace": "file", "name": path}
    scheme = "s3" if found[1] in ("s3a", "s3n") else found[1]
    return {"namespace": f"{scheme}://{found[2]}", "name": found[3] or "/"}
