"""Whether two versions of a dataset are proven to be the same, whatever flows in."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.compare.meaning import Meanings
from ssbt.compiler.ir.canonical.queries import Queries, Query
from ssbt.compiler.ir.canonical.values import Pool


class Proof(Struct, frozen=True):
    """Two versions of a dataset in canonical form."""

    old: Query
    new: Query

    @property
    def same_rows(self) -> bool:
        """Whether the rows are the same, and in the same order where one was asked for."""
        if self.old.is_sorted or self.new.is_sorted:
            return self.old.ordered is self.new.ordered
        return self.old.rows is self.new.rows

    @property
    def same_order(self) -> bool:
        """Whether the rows come in the same order, asked for or not."""
        return self.old.ordered is self.new.ordered

    def same_column(self, old: str, new: str) -> bool:
        """Whether a column is the same in both, by its name in each."""
        before, after = self.old.columns.get(old.casefold()), self.new.columns.get(new.casefold())
        return before is after is not None


class Proofs:
    """The proofs of datasets, to be asked for in the order of the flow."""

    def __init__(self, meanings: tuple[Meanings, Meanings]) -> None:
        pool = Pool()
        self._meanings = meanings
        self._renamed: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, str], Proof] = {}
        self.queries = (
            Queries(pool, self._renamed, meanings[0].uses()),
            Queries(pool, {}, meanings[1].uses()),
        )

    def rename(self, dataset: str, old: str, new: str) -> None:
        """Note that a column of a dataset is called otherwise in the new version."""
        self._renamed[dataset, old.casefold()] = new.casefold()

    def of(self, old: str, new: str) -> Proof:
        """Both versions of a dataset, by its name in each."""
        if (old, new) not in self._known:
            first, second = (
                queries.of(meanings.plan(name))
                for queries, meanings, name in zip(
                    self.queries, self._meanings, (old, new), strict=True
                )
            )
            self._known[old, new] = Proof(first, second)
        return self._known[old, new]

    def new(self, name: str) -> Query:
        """A dataset of the new version."""
        return self.queries[1].of(self._meanings[1].plan(name))

    def is_same(self, old: str, new: str, column: str, was: str | None = None) -> bool:
        """Whether a column of a dataset is the same in both versions; `was` is its old name."""
        return self.of(old, new).same_column(was or column, column)
