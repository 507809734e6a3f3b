"""The provider against Vault's own server and against the double of it: `make vault`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from ssbt.runtime.providers.secrets import SecretError, Secrets
from tests.unit.runtime import vault_double
from tests.vault.server import Vault, vault

SHOP = {"login": "one", "other": "two"}


@pytest.fixture(scope="module")
def server() -> Iterator[Vault]:
    with vault() as running:
        running.ask("POST", "secret/data/shop", {"data": SHOP})
        running.ask("POST", "kv/old", {"value": "three"})
        yield running


@pytest.fixture(params=["real", "double"])
def place(
    request: pytest.FixtureRequest, server: Vault, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a Vault with two secrets, and its token in the environment."""
    if request.param == "real":
        monkeypatch.setenv("VAULT_TOKEN", server.token)
        yield server.url
        return
    monkeypatch.setenv("VAULT_TOKEN", vault_double.TOKEN)
    with vault_double.vault() as running:
        running.secrets["secret/data/shop"] = SHOP
        running.secrets["kv/old"] = {"value": "three"}
        yield running.url


def value(url: str, path: str, **options: Any) -> str:
    reference = {"provider": "vault", "url": url, "path": path, **options}
    return Secrets({"x": reference}, wait=lambda seconds: None).value("x")


def test_values(place: str) -> None:
    assert value(place, "secret/data/shop", field="login") == "one"
    assert value(place, "secret/data/shop", field="other") == "two"
    assert value(place, "kv/old") == "three"


@pytest.mark.parametrize("path", ["kv/missing", "secret/data/missing"])
def test_what_is_not_there(place: str, path: str) -> None:
    with pytest.raises(SecretError, match="answers 404"):
        value(place, path)


def test_another_token(place: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hvs.nobody")
    with pytest.raises(SecretError, match="answers 403"):
        value(place, "kv/old", token_file=str(tmp_path / "token"))


def test_a_secret_that_is_written_anew(server: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", server.token)
    reference = {"provider": "vault", "url": server.url, "path": "secret/data/turning"}
    server.ask("POST", "secret/data/turning", {"data": {"value": "first"}})
    secrets = Secrets({"x": reference})
    assert secrets.value("x") == "first"
    server.ask("POST", "secret/data/turning", {"data": {"value": "second"}})
    assert secrets.rotated() == ["x"]
    assert secrets.value("x") == "second"


def test_a_deleted_version(server: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", server.token)
    server.ask("POST", "secret/data/gone", {"data": {"value": "was here"}})
    server.ask("DELETE", "secret/data/gone")
    with pytest.raises(SecretError, match="answers 404"):
        value(server.url, "secret/data/gone")


def test_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    with vault() as running:
        monkeypatch.setenv("VAULT_TOKEN", running.token)
        running.ask("PUT", "sys/seal")
        with pytest.raises(HTTPError, match="503"):
            running.ask("GET", "kv/old")
        with pytest.raises(SecretError, match="answers 503"):
            value(running.url, "kv/old", retries=1)
