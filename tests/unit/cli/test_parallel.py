"""Many items, several processes, one order."""

from __future__ import annotations

import os
from pathlib import Path
import pickle
import threading
import time

import pytest

from ssbt.compiler.cli import outputs, parallel, writing
from ssbt.compiler.cli.compilation import Compiler
from ssbt.compiler.cli.parallel import map_parallel, run_at_once
from ssbt.compiler.cli.units import find_units
from ssbt.compiler.emit.archive import build_runtime_archive
from tests.unit.cli.conftest import Ssbtc, named


@pytest.fixture(autouse=True)
def _four_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_processor_count", lambda: 4)


def squared(number: int) -> tuple[int, int]:
    if number == 77:
        raise ValueError("an odd number")
    return number * number, os.getpid()


def test_results_are_in_order():
    results = list(map_parallel(squared, range(50)))
    assert [square for square, _ in results] == [number * number for number in range(50)]
    assert len({process for _, process in results}) > 1
    assert results[0][1] == os.getpid()


@pytest.mark.parametrize("count", [0, 1, 15])
def test_a_few_stay_here(count: int):
    assert {process for _, process in map_parallel(squared, range(count))} <= {os.getpid()}


def test_an_error_arrives():
    with pytest.raises(ValueError, match="an odd number"):
        list(map_parallel(squared, range(100)))


def test_who_stops_early_waits_for_nothing():
    results = map_parallel(squared, range(70))
    assert next(results)[0] == 0
    assert next(results)[0] == 1
    results.close()


@pytest.mark.slow
def test_pipelines(project: Path, ssbtc: Ssbtc, monkeypatch):
    for number in range(20):
        Path(f"p{number}.ssbt").write_text(named(f"p{number}"))
    Path("bad.ssbt").write_text("pipeline bad {}\nlet x = from nowhere\n")
    result = ssbtc("compile", "--output-format", "concise")
    assert result.code == 1
    assert "bad.ssbt:2:14: error[SSBT0201]" in result.out
    assert result.err.endswith("compiled 20 pipelines → build/\n")
    os.unlink("bad.ssbt")
    monkeypatch.setattr(parallel, "_processor_count", lambda: 1)
    assert ssbtc("compile", "--no-cache", "--check").code == 0


def test_a_bug_names_the_pipeline(project: Path, ssbtc: Ssbtc, monkeypatch):
    from ssbt.compiler import driver

    checked = driver.check_pipeline

    def broken(path: str, *arguments, **options):
        if path == "p7.ssbt":
            raise KeyError("oops")
        return checked(path, *arguments, **options)

    monkeypatch.setattr(driver, "check_pipeline", broken)
    for number in range(20):
        Path(f"p{number}.ssbt").write_text(named(f"p{number}"))
    result = ssbtc("check")
    assert result.code == 70
    assert "(KeyError: 'oops')\n  it happened while compiling p7.ssbt\n" in result.err


def test_the_runtime_does_not_go_from_process_to_process(pipeline: Path) -> None:
    """All pipelines have the same, and it is larger than all the rest."""
    compiler = Compiler(None, use_cache=False)
    (unit,) = find_units(["pipeline.ssbt"]).all
    here = compiler._compile_for_parent(unit, emits=True)
    compiler._process = -1
    sent = pickle.dumps(compiler._compile_for_parent(unit, emits=True))
    (result,) = compiler.compile_units([unit])
    assert result.outputs == here.outputs
    contents = {file.path: file.content for file in result.outputs or ()}
    assert len(sent) < len(contents["ssbt_runtime.zip"]) / 5
    assert contents["ssbt_runtime.zip"] is build_runtime_archive()


def test_work_that_waits_is_done_at_once() -> None:
    threads = set()

    def wait(item: int) -> None:
        threads.add(threading.get_ident())
        time.sleep(0.01)

    run_at_once(wait, range(40))
    assert len(threads) > 1
    threads.clear()
    run_at_once(wait, range(15))
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("count", [10, 400])
def test_the_first_error_of_several_is_raised(count: int) -> None:
    done = []

    def fail(item: int) -> None:
        done.append(item)
        time.sleep(0.001)
        if item in (5, 6):
            raise OSError(f"at {item}")

    with pytest.raises(OSError, match="at 5"):
        run_at_once(fail, range(count))
    assert len(done) < 100


def test_a_file_of_several_pipelines_is_written_once(
    project: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        Path(f"p{number}.ssbt").write_text(named(f"p{number}"))
    written: list[str] = []

    def note(files) -> None:
        files = [*files]
        written.extend(os.path.basename(path) for path, _ in files)
        writing.write_all(files)

    monkeypatch.setattr(outputs, "write_all", note)
    assert ssbtc("compile").code == 0
    assert written.count("ssbt_runtime.zip") == 1
    assert len(written) == len({*written}) == 3 * 20 + 1
    assert {*written} <= {*os.listdir("build")}
