"""A built-in function: how it is called and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from msgspec import Struct

from ssbt.compiler.types.casts import can_cast
from ssbt.compiler.types.datatypes import NULL, ArrayType, DataType, MapType, NullType
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.collation_rules import collate_arguments, collate_result
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import TypeSet, implicit_cast


class FunctionKind(Enum):
    """Where a function may stand."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    WINDOW = "window"
    GENERATOR = "generator"
    TABLE = "table"


class Parameter(Struct, frozen=True):
    """One parameter; `expected` is None for a lambda.

    `constant` tells that Spark wants a value that is known before the query runs, `exact` that
    it casts nothing to the expected type by itself.
    """

    name: str
    expected: TypeSet | None
    optional: bool = False
    repeated: bool = False
    constant: bool = False
    exact: bool = False

    def cast_type(self, source: DataType, ansi: bool) -> DataType | None:
        """The type that an argument of type `source` has when it arrives; None if refused."""
        if self.expected is None or self.expected.accepts(source):
            return source
        if self.exact:
            return self.expected.default if source == NULL else None
        target = implicit_cast(source, self.expected, ansi)
        # Spark tries some casts that it then does not have, such as TIME to DATE.
        return target if target is not None and can_cast(source, target, ansi) else None


class Call(Struct, frozen=True):
    """A function applied to arguments, after the casts that Spark inserts.

    `names` holds the name of each argument that is a column or has an alias, for `struct` and
    its like; `original_arguments` holds the arguments as they were before the casts; `within_group`
    is the key of `within group (order by key)`.
    """

    name: str
    arguments: tuple[Typed, ...]
    original_arguments: tuple[Typed, ...]
    ansi: bool
    names: tuple[str | None, ...]
    within_group: Typed | None = None

    @property
    def nullable(self) -> bool:
        """Whether any argument can be null."""
        return any(argument.nullable for argument in self.arguments)

    def argument_mismatch(self, index: int, expected: str | None = None) -> Mismatch:
        """The mismatch of one argument."""
        return Mismatch(
            f"`{self.name}` does not take {self.original_arguments[index].type}", index, expected
        )


Rule = Callable[[Call], Result]
LambdaRule = Callable[[int, Sequence[Typed]], tuple[Typed, ...]]


class Function(Struct, frozen=True):
    """A built-in function of Spark.

    `arities` lists the allowed numbers of arguments where they are not simply a range, and
    `maximum` is None where there is no limit.
    """

    name: str
    kind: FunctionKind
    since: str
    parameters: tuple[Parameter, ...]
    rule: Rule
    minimum: int
    maximum: int | None
    arities: tuple[int, ...] = ()
    deterministic: bool = True
    allows_named_arguments: bool = False
    lambdas: LambdaRule | None = None

    def parameter(self, index: int) -> Parameter | None:
        """The parameter that the argument at `place` fills."""
        if index < len(self.parameters):
            return self.parameters[index]
        last = self.parameters[-1] if self.parameters else None
        return last if last is not None and last.repeated else None

    def arity_mismatch(self, count: int) -> Mismatch | None:
        """What is wrong with this number of arguments, if anything is."""
        fits = count in self.arities if self.arities else self._is_arity_in_range(count)
        if fits:
            return None
        return Mismatch(f"`{self.name}` takes {self._arity_phrase()}, not {count}")

    def _is_arity_in_range(self, count: int) -> bool:
        return self.minimum <= count and (self.maximum is None or count <= self.maximum)

    def _arity_phrase(self) -> str:
        if self.arities:
            numbers = [str(number) for number in self.arities]
            return f"{', '.join(numbers[:-1])} or {numbers[-1]} arguments"
        if self.maximum is None:
            return f"at least {_arguments_phrase(self.minimum)}"
        if self.minimum == self.maximum:
            return "no arguments" if self.maximum == 0 else _arguments_phrase(self.maximum)
        return f"{self.minimum} to {_arguments_phrase(self.maximum)}"

    def lambda_parameters(self, index: int, arguments: Sequence[Typed]) -> tuple[Typed, ...] | None:
        """What the parameters of the lambda at `place` are; None if no lambda stands there.

        `arguments` are those before the place, a lambda among them as its body. The lambda may
        name fewer parameters than there are where Spark allows it (`x -> …` and `(x, i) -> …`).
        """
        parameter = self.parameter(index)
        if parameter is None or parameter.expected is not None or self.lambdas is None:
            return None
        return self.lambdas(index, arguments)

    def infer_result(
        self,
        arguments: Sequence[Typed],
        ansi: bool = True,
        names: Sequence[str | None] = (),
        within_group: Typed | None = None,
    ) -> Result:
        """The type of a call with these arguments, in the order of the parameters.

        A lambda is given as the type of its body. `within_group` is the key of `within group (order
        by key)`, on which the types of `percentile_cont` and of `mode` depend.
        """
        mismatch = self.arity_mismatch(len(arguments))
        if mismatch is not None:
            return mismatch
        collated = collate_arguments(self.name, arguments)
        if isinstance(collated, Mismatch):
            return collated
        original_arguments, arguments = arguments, collated
        cast_arguments: list[Typed] = []
        for index, argument in enumerate(arguments):
            cast_argument = self._cast_argument(index, argument, ansi)
            if isinstance(cast_argument, Mismatch):
                return cast_argument
            cast_arguments.append(cast_argument)
        padded = (*names, *[None] * (len(arguments) - len(names)))
        call = Call(self.name, tuple(cast_arguments), tuple(arguments), ansi, padded, within_group)
        result = self.rule(call)
        if isinstance(result, Mismatch):
            return result
        return collate_result(self.name, result, original_arguments, cast_arguments)

    def _cast_argument(self, index: int, argument: Typed, ansi: bool) -> Result:
        parameter = self.parameter(index)
        if parameter is None or parameter.expected is None or argument.is_unknown:
            return argument
        target = parameter.cast_type(argument.type, ansi)
        is_null = isinstance(argument.type, NullType)
        if self.lambdas is not None and isinstance(target, ArrayType | MapType) and is_null:
            # What a lambda goes over has to be typed.
            target = None
        if target is None:
            phrase = parameter.expected.phrase
            return Mismatch(f"`{self.name}` does not take {argument.type}", index, phrase)
        if target == argument.type or isinstance(target, NullType):
            return argument
        cast_argument = cast_implicitly(argument, target)
        return Typed(
            cast_argument.type, cast_argument.nullable, argument.constant, cast_argument.strength
        )


def _arguments_phrase(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments"
