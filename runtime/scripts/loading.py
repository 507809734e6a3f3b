"""A generated script as a module, whose functions the tests call."""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
import sys
from types import CodeType, ModuleType
from typing import Any

from pyspark import cloudpickle
from pyspark.sql import DataFrame

from ssbt.runtime.expectations.plan import Cell, Dataset, Plan
from ssbt.runtime.job import Job
from ssbt.runtime.scripts.clocks import replace_time
from ssbt.runtime.settings.parameters import (
    Parameter,
    find_missing,
    read_parameters,
    resolve_values,
)
from ssbt.runtime.values.literals import literal


class ParametersError(Exception):
    """Parameters of a script have no values, or bad ones; the arguments say which."""


class Script:
    """The functions of one script and the values of its parameters."""

    def __init__(self, plan: Plan, assignments: Mapping[str, str]) -> None:
        self._plan = plan
        self.path = plan.script
        self._time: str | None = None
        self._module = self._original_module = _import_script(Path(plan.script))
        params = getattr(self._module, "Params", None)
        self._parameters = read_parameters(params)
        self.params = (
            _fill_parameters(params, self._parameters, assignments) if params is not None else None
        )

    def set_time(self, time: str | None) -> None:
        """Let the functions and the cells of rows see this time; None for the machine's."""
        if time == self._time:
            return
        self._time = time
        loader = None if time is None else _TimedLoader(Path(self.path), time)
        self._module = self._original_module if loader is None else _load_module(loader)

    def text(self, cell: Cell) -> str:
        """The SQL text of a cell."""
        parts = [cell] if isinstance(cell, str) else cell
        text = "".join(each if isinstance(each, str) else self._value(each) for each in parts)
        return text if self._time is None else replace_time(text, self._time)

    def _value(self, part: Mapping[str, str]) -> str:
        name = part["param"]
        return literal(getattr(self.params, name), str(self._parameters[name].spark_type))

    def writing(self, name: str) -> tuple[str, int]:
        """How a stream of the dataset is written; see `Dataset`."""
        dataset = self._plan.datasets.get(name)
        # The plan of pytest's files has no source that is given, which a test may look at as well.
        return (dataset.mode, dataset.batches) if dataset is not None else ("append", 1)

    def asks_time(self, name: str) -> bool:
        """Whether a dataset, what it is made from or a transform asks for the time."""
        functions = {each.function for each in self._plan.transforms.values()}
        functions |= {self._plan.datasets[each].function for each in self.computed([name], ())}
        tree = ast.parse(Path(self.path).read_bytes())
        nodes = [e for e in tree.body if isinstance(e, ast.FunctionDef) and e.name in functions]
        texts = (text for node in nodes for text in _string_constants(node))
        return any(replace_time(each.value, "") != each.value for each in texts)

    def source(self, name: str, job: Job[Any]) -> DataFrame:
        """A dataset as it is read from outside."""
        dataset = self._plan.datasets[name]
        function: Callable[..., DataFrame] = getattr(self._module, dataset.function)
        # Of a source with dead letters, rows are a part of the records.
        records = [self.source(each, job) for each in dataset.uses]
        return function(*records) if records else function(job)

    def frame(self, name: str, inputs: Mapping[str, DataFrame]) -> DataFrame:
        """The dataset `name` made from what is given; each dataset on the way is made once."""
        frames = dict(inputs)

        def frame_of(name: str) -> DataFrame:
            if name not in frames:
                dataset = self._plan.datasets[name]
                frames[name] = self._call(dataset, [frame_of(use) for use in dataset.uses])
            return frames[name]

        return frame_of(name)

    def computed(self, names: Iterable[str], given_names: Collection[str]) -> set[str]:
        """The datasets that are made from what is given, so that those of these names can be."""
        names_computed: set[str] = set()
        pending = [*names]
        while pending:
            name = pending.pop()
            if name not in names_computed and name not in given_names:
                names_computed.add(name)
                pending += self._plan.datasets[name].uses
        return names_computed

    def apply_transform(self, name: str, inputs: Mapping[str, DataFrame]) -> DataFrame:
        """The result of a transform over what is given under the names of its parameters."""
        transform = self._plan.transforms[name]
        return self._call(transform, [inputs[use] for use in transform.uses])

    def _call(self, dataset: Dataset, frames: Sequence[DataFrame]) -> DataFrame:
        function: Callable[..., DataFrame] = getattr(self._module, dataset.function)
        return function(*frames, *([self.params] if dataset.params else []))


def _fill_parameters(
    params: type[Any], parameters: Mapping[str, Parameter], assignments: Mapping[str, str]
) -> Any:
    """The parameters; one without a value raises ParametersError when it is asked for."""
    entries = [
        ("--set", f"params.{n}", value) for n, value in assignments.items() if n in parameters
    ]
    missing = find_missing(parameters, assignments)
    optional = {n: replace(e, default=None) if n in missing else e for n, e in parameters.items()}
    values, _, problems = resolve_values(optional, entries)
    if problems:
        raise ParametersError(*problems)

    def value(self: Any, name: str) -> Any:
        if name in missing:
            raise ParametersError(missing[name])
        return object.__getattribute__(self, name)

    subclass = type(params.__name__, (params,), {"__getattribute__": value}) if missing else params
    return subclass(**dict.fromkeys(missing), **values)


def _import_script(path: Path) -> ModuleType:
    """The script with the modules beside it, whatever other scripts have called theirs."""
    folder = str(path.parent)
    own_modules = {each.stem for each in path.parent.glob("*.py")} - {path.stem}
    for name in own_modules:
        sys.modules.pop(name, None)
    sys.path.insert(0, folder)
    try:
        module = _load_module(SourceFileLoader(_module_name(path), str(path)))
        # Spark's workers need not find these modules: their functions are sent whole.
        ship: Callable[[ModuleType], None] = cloudpickle.register_pickle_by_value
        for name in {module.__name__, *own_modules} & sys.modules.keys():
            ship(sys.modules[name])
    finally:
        sys.path.remove(folder)
    return module


def _string_constants(tree: ast.AST) -> Iterator[Any]:
    """The constants in code that are texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def _module_name(path: Path) -> str:
    # A pipeline may be called as a module of Python's is.
    return f"ssbt_script_{path.stem}"


def _load_module(loader: SourceFileLoader) -> ModuleType:
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


class _TimedLoader(SourceFileLoader):
    """Loads a script with a time written into the SQL of its functions."""

    def __init__(self, path: Path, time: str) -> None:
        super().__init__(_module_name(path), str(path))
        self._time = time

    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(self.get_data(self.path))
        for each in _string_constants(tree):
            each.value = replace_time(each.value, self._time)
        code: CodeType = compile(tree, self.path, "exec")
        return code
