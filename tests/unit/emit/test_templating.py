"""Templates: the compiler's own, compiled once, and those of third parties."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re
import subprocess
import sys
from typing import Any, NamedTuple
import zlib

import black
from jinja2 import meta
from msgspec.structs import replace
import pytest

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.emit import templating
from ssbt.compiler.emit.template_building import build_module
from ssbt.compiler.emit.template_runtime import TemplateEnvironment, UndefinedError
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.grammar.words import STEPS
from tests.unit.emit.building import PLACE, pipeline, require_connector, script_of

ROOT = Path(__file__).resolve().parents[3]
NOT_ITERABLE = re.compile(r"'(\w+)' object is not iterable|Value after \* must be .*, not \w+")
SCRIPTS = sorted(path.parent for path in ROOT.glob("tests/cases/scripts/*/pipeline.ssbt"))
PROGRAM = """
from ssbt.compiler.emit import templating
from tests.unit.emit.building import full_of, script_of
templating._compiled_templates = lambda: (None, {})
script_of(full_of("plain"))
"""


def compiled_environment(folder: Path = ROOT / "templates") -> TemplateEnvironment:
    """The templates as Python, as a distribution would have them."""
    names: dict[str, Any] = {}
    exec(build_module(folder), names)
    return TemplateEnvironment(names["build_roots"], **templating._filters())


def test_templates_give_as_python_what_they_give_through_jinja(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment, rendered = compiled_environment(), set()

    class Both(NamedTuple):
        name: str

        def render(self, values: dict[str, object]) -> str:
            text = templating._jinja().get_template(self.name).render(values)
            assert environment.get_template(self.name).render(values) == text
            rendered.add(self.name)
            return text

    monkeypatch.setattr(templating, "_find_template", Both)
    for folder in SCRIPTS:

        def read(path: str, folder: Path = folder) -> bytes:
            return (folder / path).read_bytes()

        emit_files(check_pipeline("pipeline.ssbt", read))
    assert len(rendered) > 60


class Sample(str):
    """A text that is a list of texts too, and has all attributes."""

    def __iter__(self) -> Iterator[str]:
        return iter((Sample("a"), Sample("b")))

    def __getattr__(self, name: str) -> Sample:
        if name.startswith("__"):
            raise AttributeError(name)
        return Sample(name)


@pytest.mark.parametrize("empty", [(), ("", 0, None, [])])
def test_each_template_gives_as_python_what_it_gives_through_jinja(empty: tuple[Any, ...]) -> None:
    environment, jinja = compiled_environment(), templating._jinja()
    texts = {
        path.relative_to(ROOT / "templates").as_posix(): path.read_text()
        for path in (ROOT / "templates").rglob("*.py.j2")
    }
    names = sorted(
        {
            name
            for text in texts.values()
            for name in meta.find_undeclared_variables(jinja.parse(text))
        }
    )
    values: dict[str, Any] = {name: Sample(name) for name in names}
    # Templates read attributes of these.
    plain_names = [name for name in names if name not in ("given", "merge")]
    for number, name in enumerate(plain_names):
        for value in empty[number % 4 :][:1] if number % 3 else ():
            values[name] = value
    for name in texts:
        expected = outcome(jinja.get_template(name), values)
        assert outcome(environment.get_template(name), values) == expected, name


def outcome(template: templating.Template, values: dict[str, Any]) -> str:
    """The text that the template gives, or what is wrong with the values."""
    try:
        return template.render(values)
    except (TypeError, AttributeError) as error:
        # What cannot be iterated is "not iterable" in a loop, and otherwise called after a star.
        return NOT_ITERABLE.sub("not iterable", str(error))


def test_templates_as_python_say_what_is_not_defined(tmp_path: Path) -> None:
    texts = {
        "plain": "{{ x }}",
        "loop": "{% for each in x %}{{ each }}{% endfor %}",
        "condition": "{% if x %}{% endif %}",
        "attribute": "{{ 'text'.x }}",
        "argument": "{% macro of(x) %}{{ x }}{% endmacro %}{{ of() }}",
        "filter": "{{ x | join(', ') }}",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py.j2").write_text(text)
    environment = compiled_environment(tmp_path)
    for name in texts:
        with pytest.raises(UndefinedError, match="x"):
            environment.get_template(f"{name}.py.j2").render({})


def test_a_template_that_has_changed_goes_through_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compiled_environment()
    name, macros = "connectors/csv/read.py.j2", "macros/files.py.j2"
    texts = {each: (ROOT / "templates" / each).read_bytes() for each in (name, macros)}
    checksums = {each: zlib.crc32(text) for each, text in texts.items()}
    for changed in (None, name, macros):
        existing = {name: {each: sum_ + (each == changed) for each, sum_ in checksums.items()}}
        monkeypatch.setattr(templating, "_compiled_templates", lambda k=existing: (environment, k))
        found_template = templating._find_compiled(name)
        assert (found_template is None) == (changed is not None)
        assert templating._find_compiled("steps/sample.py.j2") is None, "no checksum is known"


@pytest.mark.slow
@pytest.mark.parametrize("cache", ["cache", "file/cache"])
def test_compiled_templates_are_kept_where_they_can_be(tmp_path: Path, cache: str) -> None:
    (tmp_path / "file").write_text("no folder")
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={"XDG_CACHE_HOME": str(tmp_path / cache)},
            check=True,
            timeout=60,
        )
    kept = list((tmp_path / "cache").glob("ssbt/templates/*"))
    assert bool(kept) == (cache == "cache")


def test_a_third_partys_connector_is_laid_out_by_black(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No other test has a package of this name: it stays imported.
    (tmp_path / "laid_out_ssbt").mkdir()
    (tmp_path / "laid_out_ssbt" / "__init__.py").touch()
    (tmp_path / "laid_out_ssbt" / "read.py.j2").write_text(
        "job.spark.read.options( **{ o.name:o.value for o in [] } ).load(\n'a'\n+'b')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    acme = replace(require_connector("csv"), package="laid_out_ssbt")
    source = ir.Source("orders", acme, Settings(), None, (), Relation(), "", PLACE)
    script = script_of(pipeline(datasets=(source,)))
    assert (
        'return job.spark.read.options(**{o.name: o.value for o in []}).load("a" + "b")' in script
    )
    assert black.format_str(script, mode=black.Mode()) == script


SOURCES = "".join(path.read_text() for path in (ROOT / "compiler/emit").glob("*.py"))


@pytest.mark.parametrize("folder", ["functions", "records", "steps"])
def test_every_template_is_rendered_by_its_name(folder: str) -> None:
    names = {path.name.removesuffix(".py.j2") for path in (ROOT / "templates" / folder).iterdir()}
    used = {name for name in names if f'"{folder}/{name}"' in SOURCES}
    assert names - used == ({"except", "intersect"} if folder == "steps" else set())
    assert 'f"steps/{step.operator}"' in SOURCES


def test_a_template_of_a_step_is_called_like_the_step() -> None:
    names = {path.name.removesuffix(".py.j2") for path in (ROOT / "templates/steps").iterdir()}
    words = {word.replace(" ", "_") for word in STEPS if not word.endswith(" join")}
    # `set` is the `extend` of columns that are there; a transform is called by its own name.
    assert names == words - {"set"} | {"transform"}
