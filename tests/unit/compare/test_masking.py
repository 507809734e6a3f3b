"""Differences quote no credential, whatever its form and wherever its name stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.compare.masking import mask_quoted

NAMES = ("password", "api_key", "orders.password", "db_token", "client_secret", "`password`")
TEMPLATES = (
    "the filter was `{name} = {value}` and is `{name} = {value}`",
    "the filter was `{name} != {value} and id > 1`",
    "the filter was `{value} = {name}`",
    "the filter was `{name} in ({value}, {value})`",
    "the filter was `{name} like {value}`",
    "was `struct({value} as {name})`",
)
SECRET = st.from_regex(r"[a-z]{4}[0-9]{2}[A-Za-z0-9]{6,12}", fullmatch=True)


@given(st.sampled_from(NAMES), st.sampled_from(TEMPLATES), SECRET, st.sampled_from("'\""))
def test_values_beside_names_of_credentials(name: str, template: str, secret: str, quote: str):
    if template.endswith("as {name})`"):
        name = name.rpartition(".")[2]
    text = template.format(name=name, value=f"{quote}{secret}{quote}")
    assert secret not in mask_quoted(text)


@given(st.sampled_from(NAMES), SECRET)
def test_values_of_a_thing_with_such_a_name(name: str, secret: str):
    text = f"the column was `upper('{secret}')` and is `lower(\"{secret}\")`"
    assert secret not in mask_quoted(text, f"paid.{name}")


@pytest.mark.parametrize(
    "text",
    [
        "was `http://me:hunter22secret@host/x`",
        "was `'ghp_0123456789abcdefghij0123456789abcdef'`",
        'was `"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbg"`',
    ],
)
def test_credentials_by_their_form(text: str):
    assert "***" in mask_quoted(text)


@pytest.mark.parametrize(
    "text",
    [
        "the filter was `status = 'PAID'` and is `status = 'OPEN'`",
        "was `concat(name, 'x') as label`",
        "the filter was `password is null`",
        "was `'a' as status` and is `'b' as status`",
    ],
)
def test_other_values_stay(text: str):
    assert mask_quoted(text, "paid.status") == text
