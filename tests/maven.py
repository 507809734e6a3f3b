"""Files of Maven artefacts, fetched once into the user's cache by Maven itself."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
from tempfile import TemporaryDirectory

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def cache_folder() -> Path:
    """Where downloads of the tests stay between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "ssbt", "tests")


def artefact(coordinates: str) -> Path:
    """The file of `group:name:version[:packaging[:classifier]]`, without what it depends on."""
    folder = cache_folder() / "artefacts" / coordinates.replace(":", "_")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, however many processes fetch it at a time.
        with TemporaryDirectory(dir=folder.parent) as fresh:
            target = Path(fresh, "artefact")
            options = [f"-Dartifact={coordinates}", f"-DoutputDirectory={target}"]
            subprocess.run(["mvn", "--quiet", "--batch-mode", _COPY, *options], check=True)
            try:
                target.rename(folder)
            except OSError:
                assert folder.exists()
    (file,) = folder.iterdir()
    return file
