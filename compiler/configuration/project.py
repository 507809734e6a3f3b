"""A project: the folder of `ssbt.conf`, with the environments that it names."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from ssbt.compiler.configuration.discovery import PROJECT
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.hocon.loading import Loader
from ssbt.compiler.hocon.problems import configuration_error
from ssbt.compiler.hocon.resolving import resolve_layers
from ssbt.compiler.hocon.values import Items, Object, Scalar, Value
from ssbt.compiler.patterns import lazy_pattern

_NAME = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
FOLDER = "conf"


class Project(Struct, frozen=True):
    """`root` is its folder, relative to the pipeline's; `environments` are in their order."""

    root: str
    environments: tuple[str, ...]

    def layers(self, environment: str, pipeline: str) -> tuple[str, ...]:
        """The files of an environment, the weakest first."""
        names = ("defaults", environment, pipeline)
        return tuple(posixpath.join(self.root, FOLDER, f"{name}.conf") for name in names)


def load_project(folder: str, loader: Loader) -> Project:
    """The project in a folder; raises MistakeError."""
    branch = loader.load_branch(posixpath.join(folder, PROJECT))
    return Project(
        folder, _read_environments(resolve_layers([branch])) if branch is not None else ()
    )


def _read_environments(configuration: Object) -> tuple[str, ...]:
    for key in configuration.fields:
        if key != "environments":
            near = did_you_mean(key, ["environments"])
            help_ = (f"did you mean `{near}`?" if near else "it has `environments` alone",)
            message = f"a project has no `{key}`"
            span = configuration.keys[key]
            raise configuration_error(
                span, message, codes.UNKNOWN_KEY, help=help_, instead=near or ""
            )
    listed = configuration.fields.get("environments")
    if listed is None:
        return ()
    if not isinstance(listed, Items):
        message = "`environments` is a list of names: `[dev, prod]`"
        raise configuration_error(listed.span, message, codes.BAD_VALUE)
    return tuple(dict.fromkeys(_read_name(item) for item in listed.items))


def _read_name(item: Value) -> str:
    text = item.text if isinstance(item, Scalar) else ""
    if _NAME.fullmatch(text) and text.casefold() != "defaults":
        return text
    message = "the name of an environment is a word of letters, digits, `-` and `_`"
    raise configuration_error(
        item.span, message, codes.BAD_VALUE, help=("`defaults` holds for all of them",)
    )
