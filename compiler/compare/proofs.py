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
    def has_same_rows(self) -> bool:
        """Whether the rows are the same, and in the same order where one was asked for."""
        if self.old.is_sorted or self.new.is_sorted:
            return self.old.ordered is self.new.ordered
        return self.old.rows is self.new.rows

    @property
    def has_same_order(self) -> bool:
        """Whether the rows come in the same order, asked for or not."""
        return self.old.ordered is self.new.ordered

    def has_same_column(self, old: str, new: str) -> bool:
        """Whether a column is the same in both, by its name in each."""
        old_value, new_value = (
            self.old.columns.get(old.casefold()),
            self.new.columns.get(new.casefold()),
        )
        return old_value is new_value is not None


class Proofs:
    """The proofs of datasets, to be asked for in the order of the flow."""

    def __init__(self, meanings: tuple[Meanings, Meanings]) -> None:
        pool = Pool()
        self._meanings = meanings
        self._new_names: dict[tuple[str, str], str] = {}
        self._proofs: dict[tuple[str, str], Proof] = {}
        self.queries = (
            Queries(pool, self._new_names, meanings[0].count_uses()),
            Queries(pool, {}, meanings[1].count_uses()),
        )

    def rename(self, dataset: str, old: str, new: str) -> None:
        """Note that a column of a dataset is called otherwise in the new version."""
        self._new_names[dataset, old.casefold()] = new.casefold()

    def of(self, old: str, new: str) -> Proof:
        """Both versions of a dataset, by its name in each."""
        if (old, new) not in self._proofs:
            first, second = (
                queries.of(meanings.plan(name))
                for queries, meanings, name in zip(
                    self.queries, self._meanings, (old, new), strict=True
                )
            )
            self._proofs[old, new] = Proof(first, second)
        return self._proofs[old, new]

    def new_query(self, name: str) -> Query:
        """A dataset of the new version."""
        return self.queries[1].of(self._meanings[1].plan(name))

    def is_same_column(self, old: str, new: str, column: str, was: str | None = None) -> bool:
        """Whether a column of a dataset is the same in both versions; `was` is its old name."""
        return self.of(old, new).has_same_column(was or column, column)
