"""Projects that mean harm: a clear error soon, nothing written, nothing told of other files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
import time

import pytest

from tests.unit.cli.conftest import Ssbtc

PIPELINE = """\
import "shared.ssbt"

pipeline copied {
}

source lines from text {
  path = "${place}"
}

sink lines to noop {
}
"""
SECRET = "params.place = 6f2b1c-of-somebody-else"


@pytest.fixture(autouse=True)
def files(project: Path) -> Path:
    (project / "copied.ssbt").write_text(PIPELINE)
    shared = 'param place: string = "data"\nparam limit: int = 1\n'
    (project / "shared.ssbt").write_text(shared)
    (project / "ssbt.conf").write_text("environments = [prod]\n")
    (project / "conf").mkdir()
    (project / "conf" / "prod.conf").write_text('include "more"\n')
    (project / "conf" / "more.conf").write_text("params.place = here\n")
    (project.parent / "outside").mkdir()
    (project.parent / "outside" / "prod.conf").write_text(SECRET)
    return project


def linked(path: str, target: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        place = project / path
        if place.is_dir():
            place.rename(project / "before")
        else:
            place.unlink()
        place.symlink_to(target)

    return change


def piped(path: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        (project / path).unlink()
        os.mkfifo(project / path)

    return change


def holding(path: str, content: bytes) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        (project / path).write_bytes(content)

    return change


def enormous(path: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        with (project / path).open("wb") as file:
            file.truncate(1 << 40)

    return change


LEADS_OUT = "is a link that leads out of the project"
NOT_REGULAR = "cannot be read: it is no regular file"
MORE = "conf/more.conf"
LONG_LITERAL = PIPELINE.replace(
    "sink", f"let few = from lines |> where value > {'9' * 1_000_000}\n\nsink"
).encode()
DOUBLED = "\n".join(f"_a{i} = ${{_a{i + 1}}}${{_a{i + 1}}}" for i in range(60)) + "\n_a60 = lol\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (linked(MORE, "../../outside/prod.conf"), f"conf/more.conf` {LEADS_OUT}"),
        (linked("conf/prod.conf", "../../outside/prod.conf"), f"conf/prod.conf` {LEADS_OUT}"),
        (linked("conf", "../outside"), f"conf/defaults.conf` {LEADS_OUT}"),
        (linked("ssbt.conf", "../outside/prod.conf"), f"ssbt.conf` {LEADS_OUT}"),
        (linked(MORE, "/dev/zero"), f"conf/more.conf` {LEADS_OUT}"),
        (linked(MORE, "more.conf"), "`conf/more.conf` cannot be read"),
        (
            linked("shared.ssbt", "/dev/zero"),
            "`shared.ssbt` is not read: it is outside the project",
        ),
        (piped(MORE), f"`conf/more.conf` {NOT_REGULAR}"),
        (piped("conf/prod.conf"), f"`conf/prod.conf` {NOT_REGULAR}"),
        (piped("ssbt.conf"), f"`ssbt.conf` {NOT_REGULAR}"),
        (piped("shared.ssbt"), f"`shared.ssbt` {NOT_REGULAR}"),
        (enormous(MORE), "has more than 64,000,000 bytes"),
        (enormous("shared.ssbt"), "has more than 64,000,000 bytes"),
        (holding(MORE, b"a = 1\n" * 1_000_000), "the limit is 4,000,000"),
        (holding(MORE, "params.place = ä".encode("utf-16")), "is not UTF-8"),
        (holding(MORE, b"params.place = a\0b"), "error[SSBT0"),
        (holding(MORE, b"params.place = \xff"), "error[SSBT0"),
        (holding(MORE, DOUBLED.encode()), "SSBT1213"),
        (holding(MORE, b"{a=" * 100_000), "error[SSBT12"),
        (holding(MORE, b"params.place = ${HOME}"), "there is no `HOME` in this configuration"),
        (
            holding(MORE, "\n".join(f"params.k{i} = {i}" for i in range(10_000)).encode()),
            "9900 more are in conf/more.conf",
        ),
        (holding(MORE, b"params.limit = " + b"9" * 1_000_000), "of the type int"),
        (holding("copied.ssbt", LONG_LITERAL), "has more than 38 digits"),
        (holding("copied.ssbt", b'""\\' * 900_000), "error[SSBT01"),
    ],
)
def test_refused(ssbtc: Ssbtc, project: Path, change: Callable[[Path], None], message: str) -> None:
    change(project)
    with bounded():
        result = ssbtc("compile", "copied.ssbt")
    reported = " ".join((result.out + result.err).replace("\n  ", " ").split())
    assert result.code == 1, reported
    assert message in reported
    assert len(reported) < 100_000
    assert "6f2b1c" not in reported
    assert os.environ["HOME"] not in reported
    assert not (project / "build").exists()


KINDS = {
    "import": ('import "NAME.ssbt"', ".ssbt"),
    "schema": ('schema X from "NAME.avsc"', ".avsc"),
    "apply": ('let x = from lines |> apply "NAME.py:f" returns X', ".py"),
    "given": (
        'test "t" { given lines from "NAME.csv" then lines {} }',
        ".csv",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["../outside/NAME", "linked", "folder/NAME", "up/outside/NAME"])
def test_whether_a_file_outside_exists_is_not_told(
    ssbtc: Ssbtc, project: Path, kind: str, name: str
) -> None:
    """A path, a link to a file, and one to a folder: what is there says the same as what is not."""
    text, suffix = KINDS[kind]
    outside = project.parent / "outside"
    (outside / f"there{suffix}").write_text("6f2b1c")
    (project / "folder").symlink_to(outside)
    (project / "up").symlink_to(project.parent)
    outcomes = []
    for target in ("there", "other"):
        link = project / f"linked{suffix}"
        link.unlink(missing_ok=True)
        link.symlink_to(outside / f"{target}{suffix}")
        path = name.replace("NAME", target)
        added = text.replace(f"NAME{suffix}", f"{path}{suffix}")
        pipeline = PIPELINE.replace("\nsink", f"\nschema X {{ value: string }}\n{added}\nsink")
        if kind == "schema":
            pipeline = pipeline.replace("schema X { value: string }\n", "")
            pipeline = pipeline.replace('"${place}"', '"${place}", schema = X')
            pipeline = pipeline.replace("from text", "from json")
        if kind == "import":
            pipeline = f"{added}\n{PIPELINE}"
        if kind == "apply":
            pipeline = pipeline.replace("sink lines", "sink x")
        if kind == "given":
            pipeline = f"{PIPELINE}{added}\n"
        (project / "copied.ssbt").write_text(pipeline)
        result = ssbtc("check", "copied.ssbt")
        message = " ".join((result.out + result.err).replace("\n  ", " ").split())
        assert result.code == 1, message
        assert "is not read: it is outside the project" in message
        outcomes.append(message.replace("other", "there"))
    assert outcomes[0] == outcomes[1]


def test_what_is_no_attack(ssbtc: Ssbtc, project: Path) -> None:
    """A mark of the encoding, and links as Kubernetes lays them out, inside the project."""
    (project / "conf" / "..data").mkdir()
    (project / "conf" / "..data" / "more.conf").write_bytes(b"\xef\xbb\xbfparams.place = there\n")
    linked(MORE, "..data/more.conf")(project)
    assert 'params.place = "there"' in ssbtc("config", "show", "--env", "prod").out


@contextmanager
def bounded() -> Iterator[None]:
    """Fails for what takes much time, or hundreds of megabytes more than was ever taken."""
    before, started = getrusage(RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 400_000
    assert time.process_time() - started < 30
