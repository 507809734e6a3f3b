"""A schema registry with Confluent's interface, as commands ask it; needs the extra `registry`."""

from __future__ import annotations

from collections.abc import Mapping
import ssl
import time
from typing import Any
from urllib.parse import quote

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.formats.registry_files import SchemaVersion

_TRIES, _FIRST_SECONDS, _LONGEST_SECONDS, _TIMEOUT = 5, 0.5, 4.0, 10.0
_MEDIA = "application/vnd.schemaregistry.v1+json"


class Registry:
    """A registry by the options of its connection."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._urls = [url.strip().rstrip("/") for url in options["url"].split(",")]
        self._auth = (options["username"], options["password"]) if "username" in options else None
        self._headers = {"Accept": _MEDIA}
        if "token" in options:
            self._headers["Authorization"] = f"Bearer {options['token']}"
        self._verify = _tls_context(options)

    def find_version(self, subject: str, number: int) -> SchemaVersion | None:
        """A version, 0 being the latest; None where the registry has none such."""
        path = f"/subjects/{quote(subject, safe='')}/versions/{number or 'latest'}"
        document = self._get(path)
        if document is None:
            return None
        type_ = document.get("schemaType") or "AVRO"
        if type_ == "JSON" and document.get("references"):
            raise Failure(f"{subject} refers to other JSON schemas, which is not supported")
        references = self._collect_references(subject, document, {})
        fields = subject, document["version"], document["id"], type_, document["schema"]
        return SchemaVersion(*fields, tuple(references.items()))

    def _collect_references(
        self, subject: str, document: Mapping[str, Any], collected: dict[str, SchemaVersion]
    ) -> dict[str, SchemaVersion]:
        """What a version refers to, and what that does, added to what is known."""
        for each in document.get("references") or ():
            name, other_subject, number = each["name"], each["subject"], each["version"]
            if name in collected:
                continue
            other_document = self._get(
                f"/subjects/{quote(other_subject, safe='')}/versions/{number}"
            )
            if other_document is None:
                message = (
                    f"{subject} refers to version {number} of {other_subject}, which is not there"
                )
                raise Failure(message)
            type_ = other_document.get("schemaType") or "AVRO"
            collected[name] = SchemaVersion(
                other_subject, number, other_document["id"], type_, other_document["schema"]
            )
            self._collect_references(other_subject, other_document, collected)
        return collected

    def _get(self, path: str) -> Any:
        """The answer, None for "not found". Raises Failure after several tries."""
        httpx = _import_httpx()
        problem = ""
        for number in range(_TRIES):
            if number:
                time.sleep(min(_FIRST_SECONDS * 2 ** (number - 1), _LONGEST_SECONDS))
            for url in self._urls:
                try:
                    answer = httpx.get(
                        url + path,
                        headers=self._headers,
                        auth=self._auth,
                        verify=self._verify,
                        timeout=_TIMEOUT,
                    )
                    if answer.status_code == httpx.codes.NOT_FOUND:
                        return None
                    if answer.is_success:
                        return answer.json()
                    problem = f"{answer.status_code} {answer.reason_phrase}"
                    if answer.is_client_error and answer.status_code != 429:
                        raise Failure(f"the schema registry {url} refuses: {problem}")
                except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                    problem = str(error) or type(error).__name__
        addresses = ", ".join(self._urls)
        message = f"the schema registry {addresses} does not answer: {problem}"
        raise Failure(f"{message}; tried {_TRIES} times")


def _tls_context(options: Mapping[str, str]) -> ssl.SSLContext:
    """What is trusted and shown over TLS. Raises Failure for files that cannot be read."""
    certificate = options.get("certificate_location")
    try:
        context = ssl.create_default_context(cafile=options.get("ca_location"))
        if certificate:
            password = options.get("key_password", "")
            context.load_cert_chain(certificate, options.get("key_location"), lambda: password)
    except OSError as error:
        raise Failure(f"the certificates of the schema registry cannot be read: {error}") from None
    return context


def _import_httpx() -> Any:
    try:
        import httpx
    except ModuleNotFoundError:
        raise Failure("this needs `pip install 'ssbt[registry]'`") from None
    return httpx
