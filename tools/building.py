"""A step of setuptools' build: the parser's tables go into the wheel, beside the grammar.

An editable install gets them in the checkout, where git ignores them. Tables of another grammar
than the one beside them are not used; see `ssbt.compiler.syntax.tables`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import subprocess
import sys
from types import ModuleType

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[1]
GRAMMAR = ROOT / "grammar" / "ssbt.lark"
NAME = "ssbt.tables"


class BuildWithTables(build_py):
    """Copies the packages and writes the parser's tables."""

    def run(self) -> None:
        """Build as setuptools does, then write the tables into what was built."""
        super().run()
        # In a process of its own, because it stands in for the package `ssbt`.
        subprocess.run([sys.executable, __file__, self._path()], check=True)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What setuptools writes and the tables."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        return [*outputs, str(self._path())]

    def _path(self) -> Path:
        folder = GRAMMAR.parent if self.editable_mode else Path(self.build_lib, "ssbt", "grammar")
        return folder / NAME


def write_tables(path: Path) -> None:
    """Write the tables of this checkout's grammar; `ssbt` need not be installed for it."""
    sys.modules["ssbt"] = namespace = ModuleType("ssbt")
    namespace.__path__ = []
    for part in ("compiler", "grammar"):
        folder = ROOT / part
        spec = spec_from_file_location(
            f"ssbt.{part}", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = module_from_spec(spec)
        spec.loader.exec_module(module)
        setattr(namespace, part, module)
    tables = import_module("ssbt.compiler.syntax.tables")
    assert tables.SHIPPED_NAME == NAME
    path.write_bytes(tables.build_shipped_file(GRAMMAR.read_bytes()))


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]))
