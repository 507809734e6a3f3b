"""Which columns of which sources a test from real rows has, and which of them are masked."""

from __future__ import annotations

from pathlib import Path

from ssbt.compiler.driver import check_pipeline, plan_sampling

SHOP = Path(__file__).parents[2] / "spark" / "fixtures" / "created" / "shop.ssbt"


def wished(dataset: str) -> dict[str, dict[str, list[str]]]:
    result = check_pipeline("shop.ssbt", lambda _: SHOP.read_bytes())
    sources = plan_sampling(result, dataset, 3)["sources"]
    return {
        each["name"]: {
            "columns": [name for name, _ in each["columns"]],
            "masked": each["masked"],
            "keys": each["keys"],
        }
        for each in sources
    }


def test_columns_that_play_a_role():
    assert wished("large") == {
        "customers": {
            "columns": ["email", "phones", "born", "country"],
            "masked": ["born", "email", "nickname", "phones"],
            "keys": ["email"],
        },
        "orders": {
            "columns": ["id", "customer", "amount"],
            "masked": ["customer"],
            "keys": ["customer"],
        },
    }


def test_what_is_joined_elsewhere_with_a_tag_is_masked():
    assert wished("nothing")["orders"]["masked"] == ["customer"]


def test_a_stream():
    assert wished("read") == {
        "clicks": {"columns": ["page", "at"], "masked": [], "keys": []},
    }
