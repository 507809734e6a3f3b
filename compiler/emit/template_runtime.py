"""Runs templates that `template_building` made Python of: the part of Jinja that they need.

A template says what it needs of its environment by the names that Jinja has for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

Root = Callable[["Context"], Iterable[str]]


class UndefinedError(Exception):
    """A template uses a value that it was not given."""


class StrictUndefined:
    """A value that was not given: whoever looks at it raises UndefinedError."""

    def __init__(self, hint: str = "", name: str = "") -> None:
        self._message = hint or f"{name!r} is undefined"

    def _fail(self, *_: object) -> NoReturn:
        raise UndefinedError(self._message)

    __str__ = __iter__ = __len__ = __bool__ = __call__ = __eq__ = __ne__ = __hash__ = _fail
    __getitem__ = __contains__ = __add__ = __radd__ = _fail


class EmptyText:
    """What an `if` without `else` inside `{{ … }}` gives where its condition is false."""

    def __init__(self, *_: object) -> None:
        pass

    def __str__(self) -> str:
        return ""


class EvaluationContext(NamedTuple):
    """What Jinja's own filters are told."""

    autoescape: bool = False


MISSING: Any = object()
_EVALUATION = EvaluationContext()


class Context:
    """The values of a template while it runs: `parent` are given, `vars` its own."""

    eval_ctx = _EVALUATION

    def __init__(self, environment: TemplateEnvironment, parent: Mapping[str, Any]) -> None:
        self.environment = environment
        self.parent = parent
        self.vars: dict[str, Any] = {}
        self.exported_vars: set[str] = set()

    def resolve_or_missing(self, name: str) -> Any:
        """The value of that name."""
        value = self.vars.get(name, MISSING)
        return self.parent.get(name, MISSING) if value is MISSING else value

    def get_all(self) -> dict[str, Any]:
        """All values by name."""
        return {**self.parent, **self.vars}

    def call(self, function: Callable[..., Any], *values: Any, _loop_vars: object = None) -> Any:
        """What a macro gives."""
        return function(*values)


class Macro:
    """A macro of a template: a function with names for its arguments."""

    def __init__(
        self,
        environment: TemplateEnvironment,
        function: Callable[..., str],
        name: str,
        arguments: tuple[str, ...],
        *_: bool,
    ) -> None:
        self._function = function
        self._count = len(arguments)

    def __call__(self, *values: Any) -> str:
        assert len(values) <= self._count, "a macro has too many arguments"
        return self._function(*values, *(MISSING,) * (self._count - len(values)))


class Loop:
    """`loop`, as a template sees it."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.index = 0

    @property
    def last(self) -> bool:
        """Whether there is no other item."""
        return self.index == self._count


def loop_over(values: Iterable[Any], _: object) -> Iterator[tuple[Any, Loop]]:
    """Each value together with the loop, which is one and the same."""
    items = [*values]
    loop = Loop(len(items))
    for loop.index, item in enumerate(items, start=1):
        yield item, loop


class Module:
    """The macros of a template that another one imports, as attributes."""

    def __init__(self, context: Context) -> None:
        for name in context.exported_vars:
            setattr(self, name, context.vars[name])


class CompiledTemplate:
    """A template that can be rendered."""

    def __init__(self, environment: TemplateEnvironment, root: Root) -> None:
        self._environment = environment
        self._root = root

    def render(self, values: Mapping[str, Any]) -> str:
        """The text that the template gives for some values."""
        return "".join(self._root(Context(self._environment, values)))

    def make_module(
        self, values: Mapping[str, Any], shared: bool, variables: Mapping[str, Any]
    ) -> Module:
        """Its macros, which see the values that the importing template has."""
        own = {name: value for name, value in variables.items() if value is not MISSING}
        return self._build_module({**values, **own})

    def _get_default_module(self, _: Context) -> Module:
        return self._build_module({})

    def _build_module(self, values: Mapping[str, Any]) -> Module:
        context = Context(self._environment, values)
        for _ in self._root(context):
            pass
        return Module(context)


class TemplateEnvironment:
    """The templates of a module that `template_building` wrote, and the filters that they use."""

    undefined = StrictUndefined

    def __init__(self, build_roots: Callable[..., dict[str, Root]], **filters: Any) -> None:
        self.filters = {**filters, "join": _join, "map": _map, "replace": _replace}
        self.tests = {"none": lambda value: value is None}
        self._roots = build_roots(self, MISSING, loop_over, Macro, EmptyText)
        self._templates: dict[str, CompiledTemplate] = {}

    def get_template(self, name: str, parent: str | None = None) -> CompiledTemplate:
        """The template of that name."""
        template = self._templates.get(name)
        if template is None:
            template = self._templates[name] = CompiledTemplate(self, self._roots[name])
        return template

    def getattr(self, value: Any, name: str) -> Any:
        """What a template says as `value.name`."""
        try:
            return getattr(value, name)
        except AttributeError:
            pass
        try:
            return value[name]
        except (TypeError, LookupError, AttributeError):
            return StrictUndefined(f"{type(value).__name__!r} has no attribute {name!r}")

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """The parts as one text."""
        return "".join(parts)


def _join(_: EvaluationContext, values: Iterable[Any], separator: str = "") -> str:
    return separator.join(map(str, values))


def _map(context: Context, values: Iterable[Any], name: str) -> Iterator[Any]:
    return map(context.environment.filters[name], values or ())


def _replace(_: EvaluationContext, text: Any, old: str, new: str) -> str:
    return str(text).replace(old, new)
