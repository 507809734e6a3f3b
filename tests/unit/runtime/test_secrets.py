"""Secrets of a run, and the options of connections."""

from __future__ import annotations

from typing import cast

from pyspark.sql import SparkSession
import pytest

from ssbt.runtime import Job, Secret, SecretError

NO_SESSION = cast(SparkSession, None)


def test_the_environment_has_the_value(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSBT_SECRET_SHOP_LOGIN", " s3cret\n")
    assert Job(NO_SESSION, None).secret("Shop_Login") == " s3cret\n"


def test_a_secret_without_a_value(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSBT_SECRET_SHOP_LOGIN", raising=False)
    message = "`shop_login` .provider env.: the variable SSBT_SECRET_SHOP_LOGIN is not set"
    with pytest.raises(SecretError, match=message):
        Job(NO_SESSION, None).secret("shop_login")


def test_a_connection_has_texts_and_values_of_secrets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSBT_SECRET_LOGIN", "s3cret")
    job = Job(NO_SESSION, None)
    result = job.connection("shop", {"servers": "localhost:9092", "password": Secret("login")})
    assert result == {"servers": "localhost:9092", "password": "s3cret"}
