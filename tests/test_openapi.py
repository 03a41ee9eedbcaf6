"""The OpenAPI document: valid, complete, and true: a generator of requests drives the service."""

import json
from collections import Counter
from datetime import date
from time import monotonic

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from allygraph import queries
from allygraph.build import current_store, open_current
from allygraph.site import Ask, reader
from tests.serving import serving

CATALOGUE = queries.catalogue()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SEED = 20230613
BUDGET_S = 45
"""A run can be repeated; each failure prints the request as a line of curl besides."""


def ask(name, path, form="json", **fields):
    params = {key: tuple(values) for key, values in fields.items()}
    day = date(2026, 11, 1)
    return Ask(name, path, params, form, day, day, "en", "https://example.org/", "0" * 16)


@pytest.fixture(scope="module")
def engine():
    return open_current()


@pytest.fixture(scope="module")
def document(engine):
    return json.loads(reader("openapi")(engine, ask("openapi", "openapi")).body)


@pytest.fixture(scope="module")
def service():
    """A service over the shipped graph."""
    with serving(current_store(), 10.0) as running:
        yield running


@pytest.fixture(scope="module")
def schema(service):
    return schemathesis.openapi.from_url(f"{service.address}/openapi.json")


def test_the_document_is_openapi_3_1(document):
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_saved_query_is_an_operation_with_its_parameters_and_columns(document):
    for query in CATALOGUE:
        operation = document["paths"][f"/q/{query.name}"]["get"]
        named = {one["name"]: one for one in operation["parameters"] if "name" in one}
        row = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]

        assert list(named) == list(query.params)
        assert list(row["rows"]["items"]["properties"]) == list(query.columns)
        for param in query.params.values():
            is_needed = not (param.optional or param.any or param.name in queries.CLOCKS)
            assert named[param.name]["required"] == is_needed
            assert (named[param.name]["schema"]["type"] == "array") == (
                param.many and param.type != "string"
            )
    names = [one["get"]["operationId"] for one in document["paths"].values()]
    assert len(set(names)) == len(names)


def test_a_default_of_the_document_is_what_is_bound_without_a_value(engine, document):
    """Who writes the default into the request gets the answer of who leaves it out."""
    path = document["paths"]["/q/membership/members-on"]["get"]
    defaults = {
        one["name"]: [one["schema"]["default"]]
        for one in path["parameters"]
        if "default" in one.get("schema", {})
    }
    asked = [
        json.loads(reader("question")(engine, ask("question", "q/membership/members-on", **f)).body)
        for f in ({}, defaults)
    ]

    assert set(defaults) == {"alliance", "at_least"}
    assert asked[0]["rows"] == asked[1]["rows"]


@pytest.mark.parametrize("query", CATALOGUE[1::9], ids=lambda query: query.name)
def test_the_examples_work_and_their_answers_fit_the_schema(engine, document, query):
    operation = document["paths"][f"/q/{query.name}"]["get"]
    fields = {}
    for one in operation["parameters"]:
        if "example" in one and one["name"] not in queries.CLOCKS:
            example = one["example"]
            fields[one["name"]] = [
                str(v) for v in (example if isinstance(example, list) else [example])
            ]
    found = json.loads(
        reader("question")(engine, ask("question", f"q/{query.name}", **fields)).body
    )
    content = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {**content, "components": document["components"]}

    Draft202012Validator(schema).validate(found)


def test_no_request_that_can_be_made_of_the_document_fails_the_service(schema):
    """No 500, no status, media type or body that the document does not have."""
    answered = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    others = [one for one in operations if not one.path.startswith("/q/")]
    saved = [one for one in operations if one.path.startswith("/q/")]
    end = monotonic() + BUDGET_S
    for operation in others + saved[::4]:
        if monotonic() > end:
            break

        @seed(SEED)
        @settings(
            max_examples=3,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def drive(case):
            answered[case.call_and_validate(checks=CHECKS, timeout=60).status_code] += 1

        drive()

    assert {200, 400, 404} <= set(answered), f"seed {SEED}: {dict(answered)}"
    assert set(answered) <= {200, 400, 404, 406, 410}, f"seed {SEED}: {dict(answered)}"
