"""Random code of the shapes that `emit` makes, each statement on one line, of all lengths."""

from __future__ import annotations

from random import Random

from ssbt.compiler.emit.literals import PythonCode, f_string, python_literal

_WORDS = ("日本", "'a b'", '"q"', "\\", "\n", "{x}", "é", "sum(a, b)", "from t", "between 1 and 2")
_SEPARATORS = (" ", " ", ", ", " and ", "", "/")
_TYPES = ("str", "Decimal", "int | None", "tuple[str, ...]", "dt.date")


class CodeSamples:
    """Makes one script after another from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def script(self) -> str:
        """A script as the template renders it."""
        imported = ", ".join(self.name() for _ in range(self._random.randrange(1, 5)))
        lines = ['"""Doc."""', "", "from pyspark.sql import DataFrame"]
        lines += [f"from {self.name()} import {imported}", "", "@dataclass(frozen=True)"]
        lines += ["class Params:", '    """Values."""', ""]
        lines += [f"    {self.field()}", "", self.constant(), "", *self.function(), ""]
        lines += ['if __name__ == "__main__":', f"    main({self.arguments(0)})"]
        return "\n".join(lines) + "\n"

    def word(self) -> str:
        length = self._random.choice((1, 3, 8, 14))
        return "".join(self._random.choice("abcdefgh") for _ in range(length)) + "_x"

    def name(self) -> str:
        """An identifier, now and then of an absurd length."""
        return "_".join(self.word() for _ in range(self._random.choice((1, 1, 1, 2, 3, 6))))

    def text(self) -> str:
        count = self._random.choice((1, 2, 4, 8, 15, 30))
        words = (*_WORDS, self.word(), "x" * self._random.randrange(1, 40))
        chosen = (self._random.choice(words) for _ in range(count))
        return self._random.choice(_SEPARATORS).join(chosen)

    def string(self) -> str:
        if self._random.random() < 0.25:
            return f_string([self.text(), PythonCode(self.name()), self.text()])
        return python_literal(self.text())

    def argument(self, depth: int) -> str:
        kind = self._random.choices(range(7), (45, 10, 20, 5, 5, 8, 7))[0] if depth < 4 else 0
        match kind:
            case 1:
                return self.name()
            case 2:
                alias = f".alias({self.string()})" if self._random.random() < 0.6 else ""
                return f"F.{self.word()}({self.string()}){alias}"
            case 3:
                return f"[{self._listed(depth)}]"
            case 4:
                count = self._random.randrange(0, 4)
                items = (f"{self.string()}: {self.argument(depth + 1)}" for _ in range(count))
                return f"{{{', '.join(items)}}}"
            case 5:
                return self._random.choice(("True", "42", "0.1", "-7", "1e16", "None"))
            case 6:
                return self.chain(depth + 2)
        if self._random.random() < 0.1:
            parts = [self.string(), f'literal({self.name()}, "DATE")', self.string()]
            if self._random.random() < 0.3:
                return f"F.{self.word()}({self.string()}) == {self._random.choice(('8', '42'))}"
            return " + ".join(parts[: self._random.choice((2, 2, 3))])
        return self.string()

    def _listed(self, depth: int) -> str:
        count = self._random.randrange(0, 4)
        return ", ".join(self.argument(depth + 1) for _ in range(count))

    def arguments(self, depth: int) -> str:
        results = [self.argument(depth) for _ in range(self._random.randrange(0, 5))]
        for index in range(self._random.choice((0, 0, 0, 1, 2))):
            value = self.argument(depth + 2) if self._random.random() < 0.8 else "-5"
            results.append(f"k{index}{self.word()}={value}")
        return ", ".join(results)

    def chain(self, depth: int = 0, comments: bool = False) -> str:
        code = self._random.choice(
            (
                "job.spark.read",
                self.name(),
                f"{self.name()}({self.arguments(depth + 1)})",
                f"checked({self.name()}({self.name()}), X, {self.string()})",
            )
        )
        for _ in range(self._random.choice((0, 1, 1, 2, 2, 3, 5, 8))):
            if comments and code.endswith(")") and self._random.random() < 0.3:
                code += f"\n# {self.word()} {self.name()}\n"
            code += f".{self.word()}"
            if self._random.random() < 0.1:
                code += f"(**{self.name()}({self._random.choice(('job', self.name()))}))"
            elif self._random.random() < 0.9:
                code += f"({self.arguments(depth + 1)})"
        return code

    def statement(self) -> str:
        match self._random.choices(range(6), (45, 15, 10, 5, 15, 10))[0]:
            case 0:
                return f"return ({self.chain()})"
            case 1:
                return f"return ({self.chain(comments=True)})"
            case 2:
                return f"({self.chain(comments=True)})"
            case 3:
                return self.chain()
            case 4:
                return f"{self.name()} = {self.chain()}"
        return f"{self.name()} = {self.argument(0)}"

    def field(self) -> str:
        annotation = self._random.choice(_TYPES)
        if self._random.random() < 0.5:
            notes = [self.string() for _ in range(self._random.choice((1, 2)))]
            annotation = f"Annotated[{annotation}, {', '.join(notes)}]"
        defaults = (self.string(), f"Decimal({self.string()})", "-1", "dt.date(2026, 1, 2)", "None")
        default = f" = {self._random.choice(defaults)}" if self._random.random() < 0.6 else ""
        return f"{self.name()}: {annotation}{default}"

    def constant(self) -> str:
        if self._random.random() < 0.5:
            return f"{self.name().upper()} = {self.string()}"
        pieces = " ".join(self.string() for _ in range(self._random.randrange(2, 5)))
        return f"{self.name().upper()} = ({pieces})"

    def function(self) -> list[str]:
        kinds = ("DataFrame", "Params", "Job[Params]")
        arguments = ", ".join(
            f"{self.name()}: {self._random.choice(kinds)}"
            for _ in range(self._random.randrange(1, 5))
        )
        place = f"{self.name()}.ssbt:{self._random.randrange(1, 999)}"
        body = [f"    {self.statement()}" for _ in range(self._random.randrange(1, 3))]
        if self._random.random() < 0.3:
            head = f"    def {self.name()}({self.name()}: DataFrame) -> None:"
            body = [head, f"        {self.statement()}", "", *body]
        if self._random.random() < 0.7:
            body = ['    """Doc."""', "", *body]
        result = self._random.choice(("DataFrame", "None", "dict[str, str]", "list[Output]"))
        return [f"def {self.name()}({arguments}) -> {result}:  # {place}", *body]
