"""What the files that `ssbtc test --emit-pytest` writes are reported when they stand alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.runtime.cases.pipelines import Pipeline


def test_a_script_that_was_not_compiled(tmp_path: Path):
    pipeline = Pipeline(str(tmp_path / "test_it.py"), "it.py", columns={}, datasets={})
    with pytest.raises(FileNotFoundError, match=r"it\.py: let `ssbtc compile` write it"):
        _ = pipeline.script
