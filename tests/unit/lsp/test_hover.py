"""What is shown of a word."""

from __future__ import annotations

import pytest

from ssbt.compiler.lsp.hover import find_hover


def hover_text(project) -> str:
    result = find_hover(project.workspace.best_analysis(project.path), project.path, project.offset)
    return "" if result is None else result.text


CASES = {
    "a column with its lineage": (
        {"doubled, c.": "dou§bled, c."},
        ["doubled: decimal(14,2)", "Comes from `orders.amount`."],
    ),
    "where a column gets its name": ({"as doubled": "as §doubled"}, ["doubled: decimal(14,2)"]),
    "a column of a schema": ({"id:      bigint not null c": "§id:      bigint not null c"}, ["id"]),
    "what a schema says of a column": (
        {"where amount >=": "where §amount >="},
        ["amount: decimal(12,2)", "`@money`"],
    ),
    "the key of a join has two sides": (
        {"using (id)": "using (§id)"},
        ["id: bigint\nid: bigint", "`customers.id`, `orders.id`", "As on the invoice"],
    ),
    "a field": ({"address.city": "address.§city"}, ["city: string"]),
    "a source": (
        {"from orders as": "from or§ders as"},
        ["source orders from csv", "What the shop sold.", "amount: decimal(12,2)"],
    ),
    "a let": ({"sink large": "sink la§rge"}, ["let large", "country: string", "city: string"]),
    "a parameter": (
        {"${minimum}": "${mi§nimum}"},
        ["param minimum: decimal(12,2) = 1", "The least amount"],
    ),
    "a transform of another file": (
        {"|> paid()": "|> pa§id()"},
        ["transform paid(input: Order)", "Orders that somebody paid for."],
    ),
    "a schema": ({"schema = Order": "schema = §Order"}, ["schema Order", "amount:  decimal(12,2)"]),
    "a function and this call of it": (
        {"upper(address": "up§per(address"},
        ["upper(str): string", "- `str`: a string"],
    ),
    "an option": ({"mode         =": "mo§de         ="}, ["`mode`: ", "`overwrite`"]),
    "an option of a history": (
        {"to parquet {": "to delta {", "= overwrite": "= history\n  tr§ack = [country]"},
        ["`track`: ", "opens a new version"],
    ),
    "an option of upkeep": (
        {"sink large to parquet {": "maintain large { com§pact = true }\n\nsink large to delta {"},
        ["`compact`: boolean", "OPTIMIZE"],
    ),
    "a choice": ({"= overwrite": "= over§write"}, ["`overwrite`"]),
    "a connector": ({"to parquet": "to par§quet"}, ["**Parquet"]),
}


@pytest.mark.parametrize("case", CASES)
def test_hover(project, case):
    replaced, expected = CASES[case]
    text = hover_text(project(replaced))
    for part in expected:
        assert part in text


def test_lineage_goes_back_to_the_sources(project):
    more = "let total =\n  from large\n  |> select dou§bled\n\nsink large to parquet {"
    text = hover_text(project({"sink large to parquet {": more}))
    assert "Comes from `large.doubled`." in text
    assert "In the first place from `orders.amount`." in text


@pytest.mark.parametrize(
    "replaced", [{"# What": "# Wh§at"}, {'"A shop"': '"A sh§op"'}, {"select id": "sel§ect id"}]
)
def test_nothing_is_known_of_other_words(project, replaced):
    assert hover_text(project(replaced)) == ""
