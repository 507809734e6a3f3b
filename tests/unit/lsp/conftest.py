"""A workspace in memory, with places marked in its texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ssbt.compiler.lsp.workspace import Workspace

HERE = "§"
LIBRARY = """\
schema Order {
  id:      bigint not null comment 'As on the invoice'
  amount:  decimal(12,2) @money
  address: struct<city: string, zip: string>
}

schema Customer {
  id:      bigint not null
  country: string
}

# Orders that somebody paid for.
transform paid(input: Order) =
  from input
  |> where amount > 0
"""
MAIN = """\
import "library.ssbt"

pipeline shop {
  description = "A shop"
}

param minimum: decimal(12,2) = 1 {
  description = "The least amount"
}

# What the shop sold.
source orders from csv {
  path   = "data/orders"
  schema = Order
}

source customers from csv {
  path   = "data/customers"
  schema = Customer
}

let large =
  from orders as o
  |> paid()
  |> where amount >= ${minimum}
  |> extend amount * 2 as doubled
  |> join customers as c using (id)
  |> select id, doubled, c.country, upper(address.city) as city

sink large to parquet {
  path         = "out"
  mode         = overwrite
  partition_by = [country]
  partition_overwrite_mode = static
}
"""


@dataclass
class Project:
    """Files in a folder, and the place that is marked in one of them."""

    workspace: Workspace
    folder: Path
    path: str
    offset: int


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Makes a project: `replaced` are texts of the main file or library, one with the mark."""

    def make(replaced: Mapping[str, str] | None = None, **files: str) -> Project:
        texts = {"main.ssbt": MAIN, "library.ssbt": LIBRARY}
        texts |= {f"{name}.ssbt": text for name, text in files.items()}
        for old, new in (replaced or {}).items():
            home = next(name for name, text in texts.items() if old in text)
            texts[home] = texts[home].replace(old, new, 1)
        workspace = Workspace(folders=[tmp_path.as_posix()])
        marked, offset = "main.ssbt", 0
        for name, text in texts.items():
            if HERE in text:
                marked, offset = name, text.index(HERE)
            (tmp_path / name).write_text(text.replace(HERE, ""), encoding="utf-8")
        return Project(workspace, tmp_path, (tmp_path / marked).as_posix(), offset)

    return make
