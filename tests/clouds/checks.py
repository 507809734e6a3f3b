"""The providers of Azure and Google Cloud through their own libraries: `make clouds`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import socket
from typing import Any

from google.cloud import secretmanager
from google.cloud.secretmanager_v1.services.secret_manager_service import transports
import grpc
import pytest

from ssbt.runtime.providers.azure import key_vault
from ssbt.runtime.providers.gcp import secret_manager
from tests.clouds import doubles


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    resolved = socket.getaddrinfo

    def here(host: Any, *arguments: Any, **others: Any) -> Any:
        # Not every resolver knows names below localhost.
        existing = "127.0.0.1" if str(host).endswith(".localhost") else host
        return resolved(existing, *arguments, **others)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with doubles.azure(tmp_path) as (address, identity, certificate):
        monkeypatch.setenv("IDENTITY_ENDPOINT", identity)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield address


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with doubles.gcp() as address:
        connect_to(address, monkeypatch)
        yield address


def connect_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = secretmanager.SecretManagerServiceClient
    result = transports.SecretManagerServiceGrpcTransport
    monkeypatch.setattr(
        secretmanager,
        "SecretManagerServiceClient",
        lambda: client(transport=result(channel=grpc.insecure_channel(address))),
    )


def test_key_vault(vault: str) -> None:
    options = {"vault": vault, "timeout": 10}
    assert key_vault("shop_login", options) == "shop-login "
    assert key_vault("x", {**options, "secret": "login", "version": "2"}) == "login 2"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("answers-403", LookupError, "which answers 403: HttpResponseError"),
        ("answers-404", LookupError, "which answers 404: ResourceNotFoundError"),
        ("answers-429", ConnectionError, "which answers 429: HttpResponseError"),
        ("answers-503", ConnectionError, "which answers 503: HttpResponseError"),
        ("slow", ConnectionError, "ServiceResponseTimeoutError"),
    ],
)
def test_refusals_of_key_vault(vault: str, name: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as raised:
        key_vault("x", {"vault": vault, "timeout": 1, "secret": name})
    assert str(raised.value).endswith(message)
    assert doubles.TEXT not in str(raised.value)


def test_a_vault_that_is_not_there(vault: str) -> None:
    with pytest.raises(ConnectionError, match="ServiceRequestError"):
        key_vault("x", {"vault": "https://shop.localhost:1", "timeout": 1})


def test_key_vault_without_an_identity(vault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/")
    with pytest.raises((LookupError, ConnectionError)):
        key_vault("x", {"vault": vault, "timeout": 1})


def test_secret_manager(manager: str) -> None:
    options = {"project": "shop", "timeout": 10}
    assert secret_manager("login", options) == "projects/shop/secrets/login/versions/latest"
    result = secret_manager("x", {**options, "secret": "login", "version": "2"})
    assert result == "projects/shop/secrets/login/versions/2"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("NOT_FOUND", LookupError, "NotFound"),
        ("PERMISSION_DENIED", LookupError, "PermissionDenied"),
        ("RESOURCE_EXHAUSTED", ConnectionError, "ResourceExhausted"),
        ("ABORTED", ConnectionError, "Aborted"),
        ("UNAVAILABLE", ConnectionError, "ServiceUnavailable"),
        ("slow", ConnectionError, "DeadlineExceeded"),
    ],
)
def test_refusals_of_secret_manager(
    manager: str, name: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as raised:
        secret_manager("x", {"project": "shop", "timeout": 1, "secret": name})
    assert str(raised.value) == f"projects/shop/secrets/{name}/versions/latest: {message}"


def test_a_manager_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    connect_to("127.0.0.1:1", monkeypatch)
    with pytest.raises(ConnectionError, match="ServiceUnavailable"):
        secret_manager("x", {"project": "shop", "timeout": 2})


def test_secret_manager_without_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(LookupError, match="DefaultCredentialsError"):
        secret_manager("x", {"project": "shop", "timeout": 1})
