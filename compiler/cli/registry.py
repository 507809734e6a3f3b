"""A schema registry with Confluent's interface, as commands ask it; needs the extra `registry`."""

from __future__ import annotations

from collections.abc import Mapping
import time
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from ssbt.compiler.cli.failures import Failure

_TRIES, _FIRST_SECONDS, _LONGEST_SECONDS, _TIMEOUT = 5, 0.5, 4.0, 10.0
_MEDIA = "application/vnd.schemaregistry.v1+json"


class Version(Struct, frozen=True):
    """A version of a subject as the registry gave it; `schema` is its text."""

    subject: str
    version: int
    id: int
    type: str
    schema: str


class Registry:
    """A registry by the options of its connection: `url`, `username` and `password`."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._urls = [url.strip().rstrip("/") for url in options["url"].split(",")]
        self._auth = (options["username"], options["password"]) if "username" in options else None

    def version(self, subject: str, number: int) -> Version | None:
        """A version, 0 being the latest; None where the registry has none such."""
        path = f"/subjects/{quote(subject, safe='')}/versions/{number or 'latest'}"
        found = self._asked("GET", path)
        if found is None:
            return None
        if found.get("references"):
            raise Failure(f"{subject} refers to other schemas, which is not supported")
        type_ = found.get("schemaType") or "AVRO"
        return Version(subject, found["version"], found["id"], type_, found["schema"])

    def is_compatible(self, subject: str, type_: str, schema: str) -> bool:
        """Whether the registry would take a schema as the next version of a subject."""
        path = f"/compatibility/subjects/{quote(subject, safe='')}/versions/latest"
        body = {"schema": schema} if type_ == "AVRO" else {"schema": schema, "schemaType": type_}
        found = self._asked("POST", path, body)
        return found is None or bool(found["is_compatible"])

    def _asked(self, method: str, path: str, body: object = None) -> Any:
        """The answer, None for "not found". Raises Failure after several tries."""
        httpx = _httpx()
        problem = ""
        for number in range(_TRIES):
            if number:
                time.sleep(min(_FIRST_SECONDS * 2 ** (number - 1), _LONGEST_SECONDS))
            for url in self._urls:
                try:
                    headers = {"Accept": _MEDIA, "Content-Type": _MEDIA}
                    answer = httpx.request(
                        method,
                        url + path,
                        json=body,
                        headers=headers,
                        auth=self._auth,
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


def _httpx() -> Any:
    try:
        import httpx
    except ModuleNotFoundError:
        raise Failure("this needs `pip install 'ssbt[registry]'`") from None
    return httpx
