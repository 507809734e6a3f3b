"""Events of OpenLineage as a job runs, to where the environment says; they never fail the job."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
import logging
import os
from pathlib import Path
import sys
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from ssbt.runtime.lineage.places import place, with_places
from ssbt.runtime.lineage.transports import transport
from ssbt.runtime.providers.secrets import cleared

_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = "ErrorMessageRunFacet"
_ERROR = f"https://openlineage.io/spec/facets/1-0-1/{_FACET}.json#/$defs/{_FACET}"
_EVERY = 60.0
_LOG = logging.getLogger("ssbt.runtime")


class RunEvents:
    """The events of one run: START, RUNNING once a minute, then COMPLETE, FAIL or ABORT."""

    def __init__(self, name: str, script: str, values: Mapping[str, object]) -> None:
        self._send = transport(os.environ)
        self._run = str(uuid4())
        self._failure: str | None = None
        self._ended = Event()
        self._base: dict[str, Any] = {}
        if self._send is not None:
            self._base = _base(name, script, values)

    def begin(self) -> None:
        """Tell that the run begins, and from then on that it goes on."""
        if self._send is not None:
            self._tell("START")
            Thread(target=self._go_on, daemon=True).start()

    def running(self) -> None:
        """Tell that Spark is there."""
        self._tell("RUNNING")

    def failed(self, message: str) -> None:
        """Note why the run has failed."""
        self._failure = message

    def end(self) -> None:
        """Tell how the run has ended; called where an exception on its way means a signal."""
        self._ended.set()
        if self._failure is not None:
            self._tell("FAIL", _error(self._base.get("producer", ""), self._failure))
        else:
            self._tell("ABORT" if sys.exc_info()[0] is not None else "COMPLETE")

    def _go_on(self) -> None:
        while not self._ended.wait(_EVERY):
            self._tell("RUNNING")

    def _tell(self, kind: str, facets: Mapping[str, Any] | None = None) -> None:
        if self._send is None:
            return
        event = {
            "eventType": kind,
            "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "schemaURL": _SPEC,
            "run": {"runId": self._run, "facets": dict(facets or {})},
            **self._base,
        }
        try:
            self._send(cleared(json.dumps(event)))
        except Exception as error:
            _LOG.warning("no lineage event `%s`: %s", kind, error)


def _error(producer: str, message: str) -> dict[str, Any]:
    facet = {"message": message, "programmingLanguage": "PYTHON"}
    return {"errorMessage": {"_producer": producer, "_schemaURL": _ERROR, **facet}}


def _base(name: str, script: str, values: Mapping[str, object]) -> dict[str, Any]:
    """What all events of the run have, from the manifest beside the script where there is one."""
    namespace = os.environ.get("OPENLINEAGE_NAMESPACE") or "default"
    job: dict[str, Any] = {"namespace": namespace, "name": name, "facets": {}}
    try:
        known = json.loads(Path(script).with_suffix(".json").read_text("utf-8"))
        found = known["lineage"]
        places = {key: place(each, values) for key, each in found["places"].items()}
        job["facets"] = found["job"]
        return {
            "producer": found["producer"],
            "job": job,
            "inputs": with_places(found["inputs"], places),
            "outputs": with_places(found["outputs"], places),
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        _LOG.debug("lineage events name no datasets, there is no manifest: %s", error)
        return {"producer": "urn:ssbt", "job": job}
