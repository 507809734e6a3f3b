"""The pages under docs/connectors, and what every specification must keep to."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from ssbt.compiler.connectors.loading import (
    connector_names,
    find_connector,
    find_record_format,
    format_names,
)
from ssbt.compiler.connectors.reference import render_reference_page
from ssbt.compiler.connectors.specification import (
    Connector,
    ConnectorColumn,
    Mode,
    Option,
    OptionPlacement,
    Role,
)

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = connector_names()


def built_in(name: str) -> Connector:
    names = find_connector(name)
    assert names
    return names


def all_options(of: Connector) -> list[Option]:
    roles = [role for role in (of.source, of.sink) if role]
    return list(chain.from_iterable(role.options for role in roles))


def test_there_is_a_page_for_each() -> None:
    assert sorted(page.stem for page in (DOCS / "connectors").iterdir()) == list(NAMES)
    assert sorted(page.stem for page in (DOCS / "formats").iterdir()) == list(format_names())


@pytest.mark.parametrize("name", NAMES)
def test_page(name: str) -> None:
    """If not: `python tools/connectors.py`."""
    page = (DOCS / "connectors" / f"{name}.md").read_text(encoding="utf-8")
    assert page == render_reference_page(built_in(name))


@pytest.mark.parametrize("name", format_names())
def test_page_of_a_format(name: str) -> None:
    names = find_record_format(name)
    assert names
    page = (DOCS / "formats" / f"{name}.md").read_text(encoding="utf-8")
    assert page == render_reference_page(names)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_a_table_have_as_many_cells_as_its_head(name: str) -> None:
    tables = render_reference_page(built_in(name)).split("\n\n")
    for table in tables:
        rows = [line.replace("\\|", "") for line in table.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, table


@pytest.mark.parametrize("name", NAMES)
def test_house_rules(name: str) -> None:
    """Every option is a sentence, and only one stands for each key and each place of a mode."""
    for option in all_options(built_in(name)):
        assert option.doc.endswith("."), option.name
    for role in (built_in(name).source, built_in(name).sink):
        options = role.options if role else ()
        for mode in Mode:
            own = [option for option in options if mode in option.modes]
            keys = [option.spark for option in own if option.place is OptionPlacement.OPTION]
            places = [option.place for option in own if option.place is not OptionPlacement.OPTION]
            assert len(keys) == len(set(keys))
            places = [place for place in places if place is not OptionPlacement.TEMPLATE]
            assert len(places) == len(set(places))


@pytest.mark.parametrize("name", NAMES)
def test_a_sink_of_streams_says_what_it_promises(name: str) -> None:
    sink = built_in(name).sink
    if sink is not None and Mode.STREAM in sink.modes:
        assert sink.streaming is not None
        assert sink.output_modes
        assert sink.option("trigger", Mode.STREAM) is not None


def test_a_made_up_connector() -> None:
    text = render_reference_page(
        Connector("x", "X", "Does x.", "", "x", "", packages=(("4.1", ("a:b:1",)),))
    )
    assert "| 4.1 | `a:b:1` |" in text
    csv, text_files = built_in("csv"), built_in("text")
    assert csv.role(Role.SOURCE) is csv.source
    assert text_files.source
    assert text_files.source.columns == (ConnectorColumn("value", "STRING"),)
