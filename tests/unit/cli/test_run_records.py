"""A run that would find again what the last one found is reported by the files alone."""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import shutil
import time

import pytest

from ssbt.compiler.cli import fingerprint, run_records
from tests.unit.cli.conftest import CommandResult, Ssbtc, replaced

AGES_AGO = time.time() - 10_000


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run so far was the one before, replayed."""
    done: list[bool] = []
    replay = run_records.replay_run

    def watched(arguments: list[str]) -> bool:
        done.append(replay(arguments))
        return done[-1]

    monkeypatch.setattr(run_records, "replay_run", watched)
    return done


@pytest.fixture
def warned(pipeline: Path) -> Path:
    """A pipeline with a warning, that imports a file."""
    (pipeline.parent / "shared.ssbt").write_text("param shared: int = 1\n")
    allowance = "# allow SSBT0340: there is nothing to allow\n"
    pipeline.write_text(f'import "shared.ssbt"\n{pipeline.read_text()}\n{allowance}')
    return pipeline


def aged(folder: Path) -> None:
    """All files as if they were written long ago; the change of that is not."""
    for path in folder.rglob("*"):
        os.utime(path, (AGES_AGO, AGES_AGO))


@pytest.mark.parametrize("command", ["compile", "check"])
def test_a_run_is_replayed(command: str, warned: Path, ssbtc: Ssbtc, replays: list[bool]) -> None:
    first, second, third = (ssbtc(command) for _ in range(3))
    assert replays == [False, True, True]
    assert second == third
    assert (second.code, second.out) == (0, first.out)
    assert first.out.startswith("warning[SSBT")
    if command == "check":
        assert second.err == first.err
    else:
        assert "compiled pipeline.ssbt" in first.err
        assert second.err == "found 1 warning\nnothing to do: pipeline.ssbt is up to date\n"


def test_it_says_what_an_ordinary_run_says(
    warned: Path, ssbtc: Ssbtc, replays: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["compile"], ["compile", "--output-format", "json"], ["check"]):
        ssbtc(*arguments)
        replayed = ssbtc(*arguments)
        with monkeypatch.context() as patches:
            patches.setattr(run_records, "_is_current", lambda record: False)
            assert ssbtc(*arguments) == replayed
    assert replays == [False, True, False] * 3


def change_in_place(path: Path, old: bytes, new: bytes) -> None:
    """Other content of the same size and time of modification."""
    status, content = path.stat(), path.read_bytes()
    assert old in content
    assert len(old) == len(new)
    with path.open("r+b") as file:
        file.write(content.replace(old, new, 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def behind_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved").name)


OTHER = "pipeline other {\n}\n"
CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda at: change_in_place(at / "pipeline.ssbt", b"PAID", b"OPEN"),
    "import": lambda at: change_in_place(at / "shared.ssbt", b"= 1", b"= 2"),
    "output": lambda at: change_in_place(at / "build/orders_by_country.py", b"def", b"fed"),
    "output gone": lambda at: (at / "build/ssbt_runtime.zip").unlink(),
    "outputs gone": lambda at: shutil.rmtree(at / "build"),
    "output behind a link": lambda at: behind_a_link(at / "build/orders_by_country.py"),
    "new pipeline": lambda at: (at / "other.ssbt").write_text(OTHER),
    "new folder": lambda at: (at / "below").mkdir(),
    "import gone": lambda at: (at / "shared.ssbt").unlink(),
    "import behind a link": lambda at: behind_a_link(at / "shared.ssbt"),
    "tests": lambda at: (at / "pipeline_test.ssbt").write_text("test nothing {\n}\n"),
    "project": lambda at: (at / "ssbt.conf").write_text(""),
    "outer project": lambda at: (at.parent / "ssbt.conf").write_text(""),
    "repository": lambda at: (at.parent / ".git").mkdir(),
    "right": lambda at: (at / "shared.ssbt").chmod(0o600),
    "moved folder": lambda at: behind_a_link(at),
}


@pytest.mark.parametrize("age", [aged, lambda _: None], ids=["old", "new"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(
    change: str,
    age: Callable[[Path], None],
    warned: Path,
    ssbtc: Ssbtc,
    replays: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = next(line for line in warned.read_text().splitlines() if line.startswith("pipeline "))
    warned.write_text(warned.read_text().replace(name, "pipeline orders_by_country {"))
    ssbtc("compile")
    age(warned.parent)
    ssbtc("compile")
    ssbtc("compile")
    CHANGES[change](warned.parent)
    monkeypatch.chdir(warned.parent)
    ssbtc("compile")
    assert replays[2:] == [True, False]


def test_git_may_do_what_it_likes(warned: Path, ssbtc: Ssbtc, replays: list[bool]) -> None:
    (warned.parent / ".git").mkdir()
    ssbtc("compile")
    (warned.parent / ".git" / "index").write_text("")
    ssbtc("compile")
    assert replays == [False, True]


def test_another_compiler_terminal_or_command_line_is_another_run(
    warned: Path, ssbtc: Ssbtc, replays: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    ssbtc("compile")
    ssbtc("compile", "--max-findings", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    ssbtc("compile")
    monkeypatch.delenv("FORCE_COLOR")
    compute_fingerprint = fingerprint.compute_fingerprint
    monkeypatch.setattr(fingerprint, "compute_fingerprint", lambda: "another")
    ssbtc("compile")
    assert replays == [False] * 4
    monkeypatch.setattr(fingerprint, "compute_fingerprint", compute_fingerprint)
    ssbtc("compile", "--max-findings", "1")
    assert replays[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "--no-cache"),
        ("compile", "--check"),
        ("compile", "--diff"),
        ("compile", "--strict"),
        ("check", "--diff"),
        ("fmt", "--check"),
    ],
    ids=" ".join,
)
def test_what_is_not_replayed(
    arguments: tuple[str, ...], warned: Path, ssbtc: Ssbtc, replays: list[bool]
) -> None:
    ssbtc("compile")
    ssbtc(*arguments)
    ssbtc(*arguments)
    assert not any(replays)


def test_a_run_with_errors_is_not_replayed(warned: Path, ssbtc: Ssbtc, replays: list[bool]) -> None:
    replaced(warned, "amount >=", "amout >=")
    assert [ssbtc("compile").code for _ in range(2)] == [1, 1]
    assert replays == [False, False]


def test_standard_input_is_read_each_time(warned: Path, ssbtc: Ssbtc, replays: list[bool]) -> None:
    aged(warned.parent)
    text = warned.read_text()
    for stdin in (text, text, text.replace("amount >=", "amout >=")):
        codes = [ssbtc("compile", "-", "--stdin-filename", "pipeline.ssbt", stdin=stdin).code]
    assert codes == [1]
    assert not any(replays)


def test_what_changes_while_a_run_reads_is_no_part_of_its_record(
    warned: Path, ssbtc: Ssbtc, replays: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def then(change: Callable[[], object]) -> CommandResult:
        record = run_records.record_run
        with monkeypatch.context() as patches:
            patches.setattr(run_records, "record_run", lambda *facts: (change(), record(*facts)))
            return ssbtc("compile")

    folder = warned.parent
    for change in (
        lambda: warned.write_text(warned.read_text() + "\n"),
        lambda: (folder / "build/ssbt_runtime.zip").write_bytes(b""),
        lambda: (folder / "other.ssbt").write_text(OTHER),
        lambda: (folder / "shared.ssbt").unlink(),
    ):
        then(change)
        ssbtc("compile", "--force")
    assert not any(replays)


def test_a_file_is_looked_into_where_its_times_would_not_tell(
    warned: Path, ssbtc: Ssbtc, replays: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written in the moment before the record, and again in the moment after it."""
    monkeypatch.setattr(run_records, "_MARGIN_NS", 10**12)
    ssbtc("compile")
    states = {path: run_records._status(path) for path in ("pipeline.ssbt", "shared.ssbt")}
    warned.write_text(warned.read_text().replace("PAID", "OPEN"))
    status = run_records._status
    monkeypatch.setattr(run_records, "_status", lambda path: states.get(path) or status(path))
    assert "compiled pipeline.ssbt" in ssbtc("compile").err
    assert replays == [False, False]


def test_a_damaged_or_foreign_record_is_as_good_as_absent(
    warned: Path, ssbtc: Ssbtc, replays: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    ssbtc("compile")
    (path,) = (warned.parents[1] / "cache/ssbt/compiled/runs").iterdir()
    for content in (b"", b"[]", b"{}", b"\xff", path.read_bytes()[:-20]):
        path.write_bytes(content)
        assert ssbtc("compile").code == 0
    assert not any(replays)
    assert ssbtc("compile").code == 0
    assert replays[-1]
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    ssbtc("compile")
    assert not replays[-1]
