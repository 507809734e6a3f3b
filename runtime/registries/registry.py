"""A schema registry with Confluent's interface, asked over HTTP."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from http.client import HTTPException
import json
import logging
import ssl
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from ssbt.runtime.registries.whole_schemas import inline_references, schemas_by_name

_LOG = logging.getLogger("ssbt.runtime")
_TRIES, _FIRST_SECONDS, _LONGEST_SECONDS, _TIMEOUT = 6, 0.5, 8.0, 10.0
_JSON = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND, _CONFLICT, _TOO_MANY, _BROKEN = 404, 409, 429, 500


class RegistryError(Exception):
    """The registry does not answer, or refuses; the message says which, and what was asked."""


class UnreachableError(RegistryError):
    """The registry does not answer: a transient failure."""


class RequestRefusedError(RegistryError):
    """What was asked is refused, with a status of HTTP."""

    def __init__(self, request: str, status: int, reason: str) -> None:
        super().__init__(f"{request}: {reason}")
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class RegisteredSchema:
    """A schema as a version of a subject."""

    subject: str
    id: int
    version: int


@dataclass(frozen=True)
class Schema:
    """A schema to write with; `references` are what it refers to, by the names that it has."""

    text: str
    type: str = "AVRO"
    references: tuple[tuple[str, RegisteredSchema], ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The schema as a registry is told it."""
        if self.type == "AVRO":
            return {"schema": self.text}
        references = [
            {"name": name, "subject": reference.subject, "version": reference.version}
            for name, reference in self.references
        ]
        return {"schema": self.text, "schemaType": self.type, "references": references}


@dataclass(frozen=True)
class Registry:
    """The registry of a connection: `url` (several with commas between), and how it is entered.

    That is by user and password or by a token, with certificates where it speaks TLS.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_location: str = ""
    certificate_location: str = ""
    key_location: str = ""
    key_password: str = field(default="", repr=False)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Registry":
        """The registry that a connection's options say."""
        field_names = {each.name for each in fields(cls)}
        settings = {key: value for key, value in options.items() if key in field_names}
        settings["url"] = ",".join(each.strip() for each in settings["url"].split(","))
        registry = cls(**settings)
        for each in registry.urls:
            if urlsplit(each).scheme not in ("http", "https"):
                raise RegistryError(f"{each} is no address of a schema registry")
        return registry

    @property
    def context(self) -> ssl.SSLContext:
        """What is trusted and shown over TLS; raises RegistryError for files that say nothing."""
        try:
            context = ssl.create_default_context(cafile=self.ca_location or None)
            if self.certificate_location:
                key = self.key_location or None
                password = self.key_password
                context.load_cert_chain(self.certificate_location, key, lambda: password)
        except OSError as error:
            files = self.ca_location, self.certificate_location, self.key_location
            file_list = ", ".join(filter(None, files))
            problem = f"the certificates in {file_list} cannot be read: {error}"
            raise RegistryError(problem) from None
        return context

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses, to be tried in this order."""
        return tuple(each.strip().rstrip("/") for each in self.url.split(","))

    def schema(self, id: int, *, patient: bool = True) -> tuple[str, str] | None:
        """Type and text of a schema; None where the registry has none of this id."""
        tries = _TRIES if patient else 1
        document = self._request("GET", f"/schemas/ids/{id}", tries=tries)
        if document is None:
            return None
        type = document.get("schemaType") or "AVRO"
        return type, self._schema_text(document, type) or ""

    def ids(self, subject: str, type: str) -> dict[int, str]:
        """The schemas of all versions of a subject, by id, in the order of the versions."""
        path = f"/subjects/{quote(subject, safe='')}/versions"
        versions = self._request("GET", path) or []
        documents = [self._request("GET", f"{path}/{version}") for version in versions]
        texts = {
            each["id"]: self._schema_text(each, type) for each in documents if each is not None
        }
        return {id: text for id, text in texts.items() if text is not None}

    def register_schema(
        self, subject: str, schema: Schema, *, register: bool = False
    ) -> RegisteredSchema:
        """What a schema is called under a subject, where it becomes its next version if it may.

        Raises RegistryError where it is not registered, and may not be: unless `register` says so,
        or because it does not fit those that the subject has.
        """
        path, body = f"/subjects/{quote(subject, safe='')}", schema.body
        version = self._request("POST", path, body)
        if version is None and not register:
            message = f"the schema is not registered under {subject} at {self.url}"
            raise RegistryError(f"{message}, and `auto_register` is off")
        if version is None:
            try:
                # The registry itself compares it with the others, as it is set up for the subject.
                self._request("POST", f"{path}/versions", body)
            except RequestRefusedError as error:
                if error.status != _CONFLICT:
                    raise
                message = f"the schema does not fit those of {subject} at {self.url}"
                raise RegistryError(f"{message}: {error.reason}") from None
            version = self._request("POST", path, body)
            if version is None:
                raise RegistryError(f"{self.url} cannot register schemas")
            _LOG.info("registered schema %s under %s at %s", version["id"], subject, self.url)
        return RegisteredSchema(subject, int(version["id"]), int(version["version"]))

    def _schema_text(self, document: Mapping[str, Any], type: str) -> str | None:
        if (document.get("schemaType") or "AVRO") != type:
            return None
        if type == "AVRO" and document.get("references"):
            referenced = schemas_by_name(
                [json.loads(text) for text in self._collect_references(document, {}).values()]
            )
            return json.dumps(inline_references(json.loads(document["schema"]), referenced))
        return str(document["schema"])

    def _collect_references(
        self, document: Mapping[str, Any], collected: dict[str, str]
    ) -> dict[str, str]:
        """The texts of what a schema refers to, directly or not, added to what is known."""
        for each in document["references"]:
            if each["name"] in collected:
                continue
            path = f"/subjects/{quote(each['subject'], safe='')}/versions/{each['version']}"
            other_document = self._request("GET", path)
            if other_document is None:
                raise RegistryError(f"a schema at {self.url} refers to {path}, which is not there")
            collected[each["name"]] = other_document["schema"]
            self._collect_references({"references": (), **other_document}, collected)
        return collected

    def _request(self, method: str, path: str, body: object = None, tries: int = _TRIES) -> Any:
        """The answer, None for "not found"; after transient failures it is asked again."""
        problem, started = "", time.monotonic()
        for number in range(tries):
            if number:
                time.sleep(min(_FIRST_SECONDS * 2 ** (number - 1), _LONGEST_SECONDS))
            for url in self.urls:
                try:
                    return self._send(url, method, path, body)
                except HTTPError as error:
                    problem = f"{error.code} {_error_message(error)}"
                    if error.code == _NOT_FOUND:
                        return None
                    if error.code < _BROKEN and error.code != _TOO_MANY:
                        request_text = f"the schema registry {url} refuses {method} {path}"
                        raise RequestRefusedError(request_text, error.code, problem) from None
                except (OSError, HTTPException, ValueError) as error:
                    if problem := _permanent_problem(error):
                        request_text = f"the schema registry {url} cannot be talked to"
                        raise RegistryError(f"{request_text}: {problem}") from None
                    problem = str(getattr(error, "reason", error)) or type(error).__name__
            _LOG.warning("the schema registry %s does not answer: %s", self.url, problem)
        seconds = round(time.monotonic() - started)
        message = f"the schema registry {self.url} does not answer: {problem}"
        raise UnreachableError(f"{message}; tried {tries} times in {seconds} s")

    def _send(self, url: str, method: str, path: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(url + path, data, {"Accept": _JSON, "Content-Type": _JSON}, method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        elif self.username:
            pair = f"{self.username}:{self.password}".encode()
            request.add_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
        # The address is one of HTTP: `of` has seen to that.
        context = self.context if url.startswith("https:") else None
        with urlopen(request, timeout=_TIMEOUT, context=context) as answer:  # nosec B310
            return json.load(answer)


def _permanent_problem(error: Exception) -> str:
    """Why another try makes no sense: who is there cannot be trusted, or does not trust us."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({reason.verify_message}); see `ca_location`"
    if isinstance(reason, ssl.SSLError) and "ALERT" in str(reason):
        return f"it refuses the client's certificate ({reason.reason}); see `certificate_location`"
    return ""


def _error_message(error: HTTPError) -> str:
    """What the registry says of an error."""
    try:
        return str(json.load(error)["message"])
    except (OSError, ValueError, LookupError, TypeError):
        return str(error.reason)
