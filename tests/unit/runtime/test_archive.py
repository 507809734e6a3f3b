"""The zip that the compiler writes, as a Python sees it that has nothing else of ssbt."""

from __future__ import annotations

from pathlib import Path
import subprocess
import sys

import pyspark
import pytest

from ssbt.compiler.emit.archive import build_runtime_archive


@pytest.mark.slow
def test_is_imported_where_ssbt_is_not_installed(tmp_path: Path) -> None:
    """Needs entries for the folders: without, Python before 3.13 sees no namespace in a zip."""
    zipped = tmp_path / "ssbt_runtime.zip"
    zipped.write_bytes(build_runtime_archive())
    packages = Path(pyspark.__file__).parent.parent
    code = (
        f"import sys; sys.path[:0] = [{str(zipped)!r}, {str(packages)!r}]\n"
        "import ssbt.runtime; print(ssbt.runtime.__file__)"
    )
    # -S leaves out the editable install.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{zipped}/ssbt/runtime/__init__.py\n", done.stderr
