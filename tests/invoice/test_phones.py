"""Phone numbers as spreadsheets mangle them."""

import pytest

from ingress.invoice.phones import read_number


@pytest.mark.parametrize(
    "text",
    [
        "17205550400.0",
        "7205550400.",
        "1.72055504E+10",
        "1.7205550400e10",
        "7.2055504E+09",
        "'+17205550400",
        "1-720.555 0400",
    ],
)
def test_a_number_with_all_its_digits_is_read(text):
    assert read_number(text) == "7205550400"


@pytest.mark.parametrize("text", ["1.72056E+10", "1.72E+10", "1.720555E+10", "2E+10"])
def test_a_number_that_was_rounded_is_refused(text):
    with pytest.raises(ValueError, match="its last digits are lost"):
        read_number(text)


@pytest.mark.parametrize(
    "text", ["17205550400.5", "1720555040.0", "=A1", "#VALUE!", "+1720555XXXX", "1.7205550400E-10"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        read_number(text)
