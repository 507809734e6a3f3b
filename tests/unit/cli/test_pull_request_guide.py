"""docs/guides/pull-request.md: its commands print what it shows."""

from __future__ import annotations

from pathlib import Path
import re
import shlex
import subprocess

from tests.unit.cli.conftest import Ssbtc

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "pull-request.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMES = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


def test_the_page_is_what_happens(project: Path, ssbtc: Ssbtc) -> None:
    """Each command's output stands below it."""
    source = project / "revenue.ssbt"
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=project, check=True)
    output, happened = [], []
    for kind, text in _BLOCK.findall(PAGE.read_text("utf-8")):
        if kind == "ssbt":
            source.write_text(text)
        elif kind == "diff":
            source.write_text(patched(source.read_text(), text))
        else:
            output.append(text)
            happened.append(transcript(text, project, ssbtc))
    assert len(output) >= 5
    assert "".join(happened) == "".join(output)


def patched(text: str, change: str) -> str:
    """A text with the lines of a change replaced."""
    lines = change.splitlines(keepends=True)
    old, new = ("".join(each[1:] for each in lines if each[0] == sign) for sign in "-+")
    assert text.count(old) == 1
    return text.replace(old, new)


def transcript(text: str, folder: Path, ssbtc: Ssbtc) -> str:
    """The commands of a block with what they print now."""
    reported = []
    for line in text.splitlines():
        if line.startswith("$ "):
            reported.append(f"{line}\n{printed(shlex.split(line[2:]), folder, ssbtc)}")
    return "".join(reported)


def printed(words: list[str], folder: Path, ssbtc: Ssbtc) -> str:
    """Standard output, and of a compilation what it says, without hashes of git's."""
    command, *arguments = words
    if command == "ssbtc":
        done = ssbtc(*arguments)
        return done.out + (done.err if arguments == ["compile"] else "")
    assert command == "git"
    result = subprocess.run(
        ["git", *_NAMES, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    lines = result.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("index ", "diff --git ")))
