"""Files in memory, read as a configuration."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.resolving import resolve_layers
from ssbt.compiler.hocon.values import Items, Object, Value


def read(files: Mapping[str, str | bytes], path: str = "main.conf", root: str = "") -> Object:
    """What the file at `path` says; raises MistakeError."""

    def contents(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory", name)
        content = files[name]
        return content.encode() if isinstance(content, str) else content

    branch = Loader(root, Files(contents)).load_branch(path)
    assert branch is not None
    return resolve_layers([branch])


def plain(value: Value) -> object:
    """The value as JSON has it."""
    if isinstance(value, Object):
        return {key: plain(each) for key, each in value.fields.items()}
    if isinstance(value, Items):
        return [plain(each) for each in value.items]
    return value.value
