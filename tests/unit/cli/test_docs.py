"""docs/commands.md against the commands themselves."""

from __future__ import annotations

from pathlib import Path
import re

import click
import pytest

from ssbt.compiler.cli.commands import NAMES, ssbtc

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described(name: str):
    section = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    described = set(re.findall(r"`(--?[a-z-]+)", "".join(re.findall(r"^\|.*", section, re.M))))
    command = ssbtc.get_command(click.Context(ssbtc), name)
    assert command is not None
    parts = command.commands.values() if isinstance(command, click.Group) else [command]
    params = [param for part in parts for param in part.params]
    options = [option for option in params if isinstance(option, click.Option)]
    assert described == {opt for option in options for opt in option.opts if opt != "--strict"}


def test_every_command_is_listed():
    listed = re.findall(r"^\| \[`(\w+)`\]\(#\w+\)", PAGE, re.M)
    assert tuple(listed) == NAMES
    assert all(f"\n## {name}\n" in PAGE for name in NAMES)
