"""Events of OpenLineage held to its published schema, by the classes that are generated from it."""

from __future__ import annotations

import sys
import types
from typing import Any, Union, get_args, get_origin

import attr
from openlineage.client.generated import (
    base,
    column_lineage_dataset,
    documentation_job,
    error_message_run,
    job_type_job,
    ownership_job,
    schema_dataset,
)

FACETS: dict[str, Any] = {
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "documentation": documentation_job.DocumentationJobFacet,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "ownership": ownership_job.OwnershipJobFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
}


def check(event: dict[str, Any]) -> None:
    """Raise AssertionError or ValueError where an event is not as the schema has it."""
    kind = base.RunEvent if "run" in event else base.JobEvent
    assert event["schemaURL"] == kind._get_schema()
    _check(kind, event)


def _check(class_: Any, value: Any) -> None:
    assert isinstance(value, dict), f"{class_.__name__}: {value}"
    fields = {field.name: field for field in attr.fields(class_)}
    assert value.keys() <= fields.keys(), f"{class_.__name__} has no {value.keys() - fields.keys()}"
    for name, field in fields.items():
        if name not in value:
            assert field.default is not attr.NOTHING, f"{class_.__name__} needs {name}"
            continue
        if name == "facets":
            for facet, content in value[name].items():
                assert content["_schemaURL"] == FACETS[facet]._get_schema()
                _check(FACETS[facet], content)
            continue
        _check_type(_annotation(class_, name), value[name], f"{class_.__name__}.{name}")
        if field.validator is not None:
            field.validator(None, field, value[name])


def _annotation(class_: type, name: str) -> Any:
    """The type of a field, read where it is declared."""
    for each in class_.__mro__:
        annotation = vars(each).get("__annotations__", {}).get(name)
        if annotation is not None:
            return eval(annotation, vars(sys.modules[each.__module__]))
    raise AssertionError(f"{class_.__name__}.{name} is declared nowhere")


def _check_type(expected: Any, value: Any, where: str) -> None:
    if get_origin(expected) in (Union, types.UnionType):
        expected = next(each for each in get_args(expected) if each is not type(None))
    if get_origin(expected) is list:
        assert isinstance(value, list), where
        for each in value:
            _check_type(get_args(expected)[0], each, where)
    elif get_origin(expected) is dict:
        for each in value.values():
            _check_type(get_args(expected)[1], each, where)
    elif attr.has(expected):
        _check(expected, value)
    elif issubclass(expected, base.EventType):
        expected(value)
    else:
        assert isinstance(value, expected), where
