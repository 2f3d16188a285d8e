"""The written contract names what the code answers and takes: errors in their order, parameters with their aliases."""

import re

import pytest

from ingress import errors
from ingress.access.credentials import API_ID_NAMES, API_KEY_NAMES
from ingress.intake.schemas import ALIASES, ERROR_PRECEDENCE, PARAMETER_HEADERS
from ingress.openapi.answers import ANSWER_EXAMPLES
from tests.conftest import ROOT

CONTRACT = (ROOT / "docs" / "contract.md").read_text()
ERROR_ROW = re.compile(r"^\| ([A-Z][^|]*) \| ([0-9][^|]*) \|", re.MULTILINE)
ERRORS = [
    (text, statuses) for texts, statuses in ERROR_ROW.findall(CONTRACT) for text in re.split(", (?=[A-Z])", texts)
]


@pytest.mark.parametrize("name", ANSWER_EXAMPLES["errors"])
def test_the_contract_has_each_error_with_its_status(name):
    error = getattr(errors, name)

    assert [str(error.status) in statuses for text, statuses in ERRORS if text == error.text] == [True]


def test_the_contract_lists_errors_of_parameters_in_the_order_of_the_code():
    texts = [error.text for error in ERROR_PRECEDENCE]

    assert [text for text, _ in ERRORS if text in texts] == texts


@pytest.mark.parametrize("name", ALIASES)
def test_the_contract_lists_the_names_of_a_parameter_in_the_order_of_the_code(name):
    (names,) = re.findall(rf"^\| {name} \| \w+ \| ([^|]*) \|", CONTRACT, re.MULTILINE)

    header = [PARAMETER_HEADERS[name]] if name in PARAMETER_HEADERS else []
    assert re.findall(r"`([^`]+)`", names) == [*header, *ALIASES[name]]


def test_the_contract_lists_the_names_of_the_credentials():
    (ids, keys) = re.search(r"^\| query, form or JSON \| ([^|]*) \| ([^|]*) \|", CONTRACT, re.MULTILINE).groups()

    assert tuple(re.findall(r"`([^`]+)`", ids)) == API_ID_NAMES
    assert tuple(re.findall(r"`([^`]+)`", keys)) == API_KEY_NAMES
