"""One HTML file about all pipelines of a project, which asks for nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
import importlib.resources
import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ssbt.compiler.emit.files import OutputFile
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.ir.tests import Test
from ssbt.compiler.lineage.graph import build_lineage
from ssbt.compiler.pages.listing import Listing, build_listings
from ssbt.compiler.pages.picture import build_picture
from ssbt.compiler.source import Source

if TYPE_CHECKING:
    from jinja2 import Environment

Json = dict[str, Any]


class DocumentedPipeline(Struct, frozen=True):
    """A pipeline without errors; of `files` come first script, manifest and source map."""

    path: str
    pipeline: Pipeline
    sources: Mapping[str, Source]
    files: Sequence[OutputFile]


class _Test(Struct, frozen=True):
    """A test, with the datasets or the transform that it gives rows to and looks at."""

    name: str
    place: str
    given: tuple[str, ...]
    then: tuple[str, ...]


class _Article(Struct, frozen=True):
    """What the template is given of a pipeline."""

    path: str
    manifest: Json
    picture: str
    is_stream: bool
    sources: tuple[Listing, ...]
    script: Listing
    tests: tuple[_Test, ...]


def render_page(title: str, pipelines: Iterable[DocumentedPipeline]) -> str:
    """The file's text."""
    articles = [_build_article(each) for each in pipelines]
    template = _environment().get_template("page.html.j2")
    return template.render(title=title, version=VERSION, articles=articles)


def _build_article(each: DocumentedPipeline) -> _Article:
    script = each.files[0].content.decode()
    manifest, source_map = (json.loads(file.content) for file in each.files[1:3])
    _add_places(manifest, source_map)
    places = Places(each.pipeline.span.path, each.sources)
    texts = {places.file(path): source.text for path, source in each.sources.items()}
    pipelines = {name: text for name, text in texts.items() if name.endswith(".ssbt")}
    ends = dict(_declaration_ends(each.pipeline, each.sources, places))
    *sources, script_listing = build_listings(
        source_map, pipelines, (each.files[0].path, script), ends
    )
    picture_data = build_picture(manifest, build_lineage(each.pipeline))
    return _Article(
        each.path,
        manifest,
        # Inside a script element only `</script` and `<!--` mean anything.
        json.dumps(picture_data, separators=(",", ":")).replace("<", "\\u003c"),
        any(True for _ in stream_plans(each.pipeline)),
        tuple(sources),
        script_listing,
        tuple(_build_test(test, places) for test in each.pipeline.tests),
    )


def _add_places(manifest: Json, source_map: Json) -> None:
    """Tell the manifest of each declaration the line that the source map knows.

    They are then in the order of that map, each after what it needs; a manifest is sorted by name.
    """
    for group in ("parameters", "connections", "datasets", "sinks"):
        entries = {each["name"]: each for each in manifest[group]}
        manifest[group] = [
            {**entries[each["name"]], "place": each["place"]} for each in source_map[group]
        ]


def _build_test(test: Test, places: Places) -> _Test:
    given_names = dict.fromkeys(each.rows.dataset for each in test.given)
    then = dict.fromkeys([each.rows.dataset for each in test.then] or test.runs)
    return _Test(test.name, places.line(test.span), tuple(given_names), tuple(then))


def _declaration_ends(
    pipeline: Pipeline, sources: Mapping[str, Source], places: Places
) -> Iterator[tuple[str, int]]:
    """The last lines of declarations, by their places."""
    groups = (pipeline.datasets, pipeline.transforms, pipeline.sinks, pipeline.connections)
    for group in groups:
        for item in group:
            source = sources[item.span.path]
            yield (
                places.line(item.span),
                source.position(max(item.span.start, item.span.end - 1))[0],
            )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_read_template),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    # Of the project's own files, of JSON and of what Pygments wrote: none of it is a user's text.
    environment.filters["verbatim"] = Markup  # nosec B704
    environment.globals["file"] = _read_template
    environment.globals["colours"] = _style_rules
    return environment


def _style_rules(style: str) -> str:
    """The rules for Pygments' classes in a style of its own."""
    from pygments.formatters import HtmlFormatter

    rules: str = HtmlFormatter(style=style).get_style_defs(".code")  # type: ignore[no-untyped-call]
    return rules


def _read_template(name: str) -> str:
    folder = importlib.resources.files("ssbt.templates").joinpath("pages")
    return folder.joinpath(name).read_text(encoding="utf-8")
