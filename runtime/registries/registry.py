"""A schema registry with Confluent's interface, asked over HTTP."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
import json
import logging
import time
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from ssbt.runtime.registries.whole_schemas import by_name, whole

_LOG = logging.getLogger("ssbt.runtime")
_TRIES, _FIRST_SECONDS, _LONGEST_SECONDS, _TIMEOUT = 6, 0.5, 8.0, 10.0
_JSON = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND, _CONFLICT, _TOO_MANY, _BROKEN = 404, 409, 429, 500


class RegistryError(Exception):
    """The registry does not answer, or refuses; the message says which, and what was asked."""


class RefusedError(RegistryError):
    """What was asked is refused, with a status of HTTP."""

    def __init__(self, asked: str, status: int, reason: str) -> None:
        super().__init__(f"{asked}: {reason}")
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Registered:
    """A schema as a version of a subject."""

    subject: str
    id: int
    version: int


@dataclass(frozen=True)
class Schema:
    """A schema to write with; `references` are what it refers to, by the names that it has."""

    text: str
    type: str = "AVRO"
    references: tuple[tuple[str, Registered], ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The schema as a registry is told it."""
        if self.type == "AVRO":
            return {"schema": self.text}
        references = [
            {"name": name, "subject": of.subject, "version": of.version}
            for name, of in self.references
        ]
        return {"schema": self.text, "schemaType": self.type, "references": references}


@dataclass(frozen=True)
class Registry:
    """The registry of a connection: `url` (several with commas between), `username`, `password`."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Registry":
        """The registry that a connection's options say."""
        found = cls(options["url"], options.get("username", ""), options.get("password", ""))
        for each in found.urls:
            if urlsplit(each).scheme not in ("http", "https"):
                raise RegistryError(f"{each} is no address of a schema registry")
        return found

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses, to be tried in this order."""
        return tuple(each.strip().rstrip("/") for each in self.url.split(","))

    def schema(self, id: int) -> tuple[str, str] | None:
        """Type and text of a schema; None where the registry has none of this id."""
        found = self._asked("GET", f"/schemas/ids/{id}")
        if found is None:
            return None
        type = found.get("schemaType") or "AVRO"
        return type, self._text(found, type) or ""

    def ids(self, subject: str, type: str) -> dict[int, str]:
        """The schemas of all versions of a subject, by id, in the order of the versions."""
        path = f"/subjects/{quote(subject, safe='')}/versions"
        versions = self._asked("GET", path) or []
        found = [self._asked("GET", f"{path}/{version}") for version in versions]
        texts = {each["id"]: self._text(each, type) for each in found if each is not None}
        return {id: text for id, text in texts.items() if text is not None}

    def registered(self, subject: str, schema: Schema, *, register: bool = False) -> Registered:
        """What a schema is called under a subject, where it becomes its next version if it may.

        Raises RegistryError where it is not registered, and may not be: unless `register` says so,
        or because it does not fit those that the subject has.
        """
        path, body = f"/subjects/{quote(subject, safe='')}", schema.body
        found = self._asked("POST", path, body)
        if found is None and not register:
            message = f"the schema is not registered under {subject} at {self.url}"
            raise RegistryError(f"{message}, and `auto_register` is off")
        if found is None:
            try:
                # The registry itself compares it with the others, as it is set up for the subject.
                self._asked("POST", f"{path}/versions", body)
            except RefusedError as error:
                if error.status != _CONFLICT:
                    raise
                message = f"the schema does not fit those of {subject} at {self.url}"
                raise RegistryError(f"{message}: {error.reason}") from None
            found = self._asked("POST", path, body)
            if found is None:
                raise RegistryError(f"{self.url} cannot register schemas")
            _LOG.info("registered schema %s under %s at %s", found["id"], subject, self.url)
        return Registered(subject, int(found["id"]), int(found["version"]))

    def _text(self, found: Mapping[str, Any], type: str) -> str | None:
        if (found.get("schemaType") or "AVRO") != type:
            return None
        if type == "AVRO" and found.get("references"):
            others = by_name([json.loads(text) for text in self._referenced(found, {}).values()])
            return json.dumps(whole(json.loads(found["schema"]), others))
        return str(found["schema"])

    def _referenced(self, found: Mapping[str, Any], known: dict[str, str]) -> dict[str, str]:
        """The texts of what a schema refers to, directly or not, added to what is known."""
        for each in found["references"]:
            if each["name"] in known:
                continue
            path = f"/subjects/{quote(each['subject'], safe='')}/versions/{each['version']}"
            other = self._asked("GET", path)
            if other is None:
                raise RegistryError(f"a schema at {self.url} refers to {path}, which is not there")
            known[each["name"]] = other["schema"]
            self._referenced({"references": (), **other}, known)
        return known

    def _asked(self, method: str, path: str, body: object = None) -> Any:
        """The answer, None for "not found"; what may pass is tried several times."""
        problem, started = "", time.monotonic()
        for number in range(_TRIES):
            if number:
                time.sleep(min(_FIRST_SECONDS * 2 ** (number - 1), _LONGEST_SECONDS))
            for url in self.urls:
                try:
                    return self._answer(url, method, path, body)
                except HTTPError as error:
                    problem = f"{error.code} {_message(error)}"
                    if error.code == _NOT_FOUND:
                        return None
                    if error.code < _BROKEN and error.code != _TOO_MANY:
                        asked = f"the schema registry {url} refuses {method} {path}"
                        raise RefusedError(asked, error.code, problem) from None
                except (OSError, HTTPException, ValueError) as error:
                    problem = str(getattr(error, "reason", error)) or type(error).__name__
            _LOG.warning("the schema registry %s does not answer: %s", self.url, problem)
        seconds = round(time.monotonic() - started)
        message = f"the schema registry {self.url} does not answer: {problem}"
        raise RegistryError(f"{message}; tried {_TRIES} times in {seconds} s")

    def _answer(self, url: str, method: str, path: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(url + path, data, {"Accept": _JSON, "Content-Type": _JSON}, method=method)
        if self.username:
            pair = f"{self.username}:{self.password}".encode()
            request.add_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
        # The address is one of HTTP: `of` has seen to that.
        with urlopen(request, timeout=_TIMEOUT) as answer:  # nosec B310
            return json.load(answer)


def _message(error: HTTPError) -> str:
    """What the registry says of an error."""
    try:
        return str(json.load(error)["message"])
    except (OSError, ValueError, LookupError, TypeError):
        return str(error.reason)
