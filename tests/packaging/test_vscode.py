"""The extension for VS Code: its grammar, its code, and what a package of it holds."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess
import zipfile

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "editors" / "vscode"
NO_NODE = 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_is_built_tested_and_packaged():
    result = subprocess.run([ROOT / "tools" / "vscode.sh"], capture_output=True, text=True)
    if result.returncode == NO_NODE:
        pytest.skip(result.stderr.splitlines()[0])
    assert result.returncode == 0, result.stdout + result.stderr
    with zipfile.ZipFile(EXTENSION / "dist" / "ssbt.vsix") as package:
        names = {name for name in package.namelist() if name.startswith("extension/")}
    assert names == {
        "extension/package.json",
        "extension/readme.md",
        "extension/language-configuration.json",
        "extension/syntaxes/ssbt.tmLanguage.json",
        "extension/dist/extension.js",
    }


def test_the_lock_names_no_host():
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
    expected = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    assert lock["packages"][""]["devDependencies"] == expected["devDependencies"]


def test_its_version_is_the_compilers():
    from ssbt.compiler.emit.version import VERSION

    assert json.loads((EXTENSION / "package.json").read_text("utf-8"))["version"] == VERSION
