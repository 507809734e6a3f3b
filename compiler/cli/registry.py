"""A schema registry with Confluent's interface, as commands ask it; needs the extra `registry`."""

from __future__ import annotations

from collections.abc import Mapping
import ssl
import time
from typing import Any
from urllib.parse import quote

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.formats.registry_files import Version

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
        self._verify = _context(options)

    def version(self, subject: str, number: int) -> Version | None:
        """A version, 0 being the latest; None where the registry has none such."""
        path = f"/subjects/{quote(subject, safe='')}/versions/{number or 'latest'}"
        found = self._asked(path)
        if found is None:
            return None
        type_ = found.get("schemaType") or "AVRO"
        if type_ == "JSON" and found.get("references"):
            raise Failure(f"{subject} refers to other JSON schemas, which is not supported")
        references = self._referenced(subject, found, {})
        fields = subject, found["version"], found["id"], type_, found["schema"]
        return Version(*fields, tuple(references.items()))

    def _referenced(
        self, subject: str, found: Mapping[str, Any], known: dict[str, Version]
    ) -> dict[str, Version]:
        """What a version refers to, and what that does, added to what is known."""
        for each in found.get("references") or ():
            name, of, number = each["name"], each["subject"], each["version"]
            if name in known:
                continue
            other = self._asked(f"/subjects/{quote(of, safe='')}/versions/{number}")
            if other is None:
                message = f"{subject} refers to version {number} of {of}, which is not there"
                raise Failure(message)
            type_ = other.get("schemaType") or "AVRO"
            known[name] = Version(of, number, other["id"], type_, other["schema"])
            self._referenced(of, other, known)
        return known

    def _asked(self, path: str) -> Any:
        """The answer, None for "not found". Raises Failure after several tries."""
        httpx = _httpx()
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
        where = ", ".join(self._urls)
        message = f"the schema registry {where} does not answer: {problem}"
        raise Failure(f"{message}; tried {_TRIES} times")


def _context(options: Mapping[str, str]) -> ssl.SSLContext:
    """What is trusted and shown over TLS. Raises Failure for files that cannot be read."""
    own = options.get("certificate_location")
    try:
        context = ssl.create_default_context(cafile=options.get("ca_location"))
        if own:
            password = options.get("key_password", "")
            context.load_cert_chain(own, options.get("key_location"), lambda: password)
    except OSError as error:
        raise Failure(f"the certificates of the schema registry cannot be read: {error}") from None
    return context


def _httpx() -> Any:
    try:
        import httpx
    except ModuleNotFoundError:
        raise Failure("this needs `pip install 'ssbt[registry]'`") from None
    return httpx
