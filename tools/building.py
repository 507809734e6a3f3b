"""A step of setuptools' build: the parser's tables and the templates as Python go into the wheel.

An editable install gets them in the checkout, where git ignores them. Tables of another grammar
than the one beside them are not used; see `ssbt.compiler.syntax.tables`. The same holds for
templates; see `ssbt.compiler.emit.templating`.
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
TEMPLATES = ROOT / "templates"
TABLES_FILE = "grammar/ssbt.tables"
TEMPLATES_FILE = "templates/compiled.py"


class BuildWithTables(build_py):
    """Copies the packages, and writes the parser's tables and the templates as Python."""

    def run(self) -> None:
        """Build as setuptools does, then write the other files into what was built."""
        super().run()
        # In a process of its own, because it stands in for the package `ssbt`.
        subprocess.run([sys.executable, __file__, self._folder()], check=True)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What setuptools writes and the other files."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        return [*outputs, *(str(self._folder() / name) for name in (TABLES_FILE, TEMPLATES_FILE))]

    def _folder(self) -> Path:
        return ROOT if self.editable_mode else Path(self.build_lib, "ssbt")


def write_files(target: Path) -> None:
    """Write what is made of this checkout's grammar and templates below the folder `target`.

    `ssbt` need not be installed for it.
    """
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
    assert Path(TABLES_FILE).name == tables.SHIPPED_NAME
    (target / TABLES_FILE).write_bytes(tables.build_shipped_file(GRAMMAR.read_bytes()))
    building = import_module("ssbt.compiler.emit.template_building")
    (target / TEMPLATES_FILE).write_text(building.build_module(TEMPLATES), encoding="utf-8")


if __name__ == "__main__":
    write_files(Path(sys.argv[1]))
