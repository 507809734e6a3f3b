"""Where the files of a project's configuration name what a pipeline declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import posixpath

from ssbt.compiler.configuration.discovery import find_project_folder
from ssbt.compiler.configuration.project import Project, load_project
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.driver import Reader
from ssbt.compiler.hocon.loading import Files, Loader
from ssbt.compiler.hocon.problems import ConfigurationError
from ssbt.compiler.source import Source, Span

# The section of a configuration for each kind of name.
SECTIONS = {kind: f"{kind}s" for kind in ("param", "secret", "connection")}


@dataclass(frozen=True, slots=True)
class ConfigurationNames:
    """Places of the same name, with the sources of all files that were read.

    `shared` are those places that hold for every pipeline of the project.
    """

    spans: tuple[Span, ...] = ()
    shared: tuple[Span, ...] = ()
    sources: Mapping[str, Source] | None = None
    mistake: Diagnostic | None = None


def find_configuration_names(
    pipeline: str, path: str, kind: str, name: str, read: Reader
) -> ConfigurationNames:
    """Where the configuration of `pipeline`, in the file at `path`, names one of its things."""
    if kind not in SECTIONS:
        return ConfigurationNames()

    def read_normalized(file: str) -> bytes:
        return read(posixpath.normpath(file))

    folder = find_project_folder(path, read_normalized)
    if folder is None:
        return ConfigurationNames()
    loader = Loader(posixpath.normpath(folder), Files(read_normalized))
    try:
        files = list(
            _configuration_files(load_project(posixpath.normpath(folder), loader), pipeline)
        )
        for file in files:
            loader.load_branch(file)
    except ConfigurationError as error:
        return ConfigurationNames(mistake=error.finding)
    spans = tuple(dict.fromkeys(_find_spans(loader, SECTIONS[kind], name)))
    pipeline_file = files[-1]
    shared = tuple(span for span in spans if span.path != pipeline_file)
    return ConfigurationNames(spans, shared, loader.sources)


def _configuration_files(configuration: Project, pipeline: str) -> Iterator[str]:
    """Every file of every environment, the pipeline's own last."""
    yield from dict.fromkeys(
        file
        for each in (*configuration.environments, "defaults")
        for file in configuration.layers(each, pipeline)[:2]
    )
    yield configuration.layers("defaults", pipeline)[2]


def _find_spans(loader: Loader, section: str, name: str) -> Iterator[Span]:
    """Keys and references below the section, and secrets that connections name."""
    for keys, span in loader.names:
        if len(keys) == 2 and (keys[0], keys[1].casefold()) == (section, name.casefold()):
            yield span
    for keys, text, span in loader.texts:
        is_secret = section == "secrets" and keys[0] == "connections" and keys[-1] == "secret"
        if is_secret and text.casefold() == name.casefold():
            yield span
