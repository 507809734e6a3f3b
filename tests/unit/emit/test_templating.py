"""Templates: the compiler's own, compiled once, and those of third parties."""

from __future__ import annotations

from pathlib import Path
import subprocess
import sys

import black
from jinja2 import UndefinedError
from msgspec.structs import replace
import pytest

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.emit.templating import connector_template
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.grammar.words import STEPS
from tests.unit.emit.building import PLACE, found, pipeline, script_of

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from tests.unit.emit.building import full_of, script_of
script_of(full_of("plain"))
"""


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


def test_what_is_not_defined_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'options' is undefined"):
        connector_template(found("csv"), "read").render(
            dict.fromkeys(("reader", "schema", "paths", "connection", "widened"))
        )


def test_a_third_partys_connector_is_laid_out_by_black(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_ssbt").mkdir()
    (tmp_path / "acme_ssbt" / "__init__.py").touch()
    (tmp_path / "acme_ssbt" / "read.py.j2").write_text(
        "job.spark.read.options( **{ o.name:o.value for o in [] } ).load(\n'a'\n+'b')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    acme = replace(found("csv"), package="acme_ssbt")
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
