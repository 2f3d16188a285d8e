"""Lengths of time: with a unit, or refused."""

from datetime import timedelta

import pytest
from environs import EnvError
from marshmallow import ValidationError

from ingress.config import parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("31d", timedelta(days=31)),
        ("3h", timedelta(hours=3)),
        ("90m", timedelta(minutes=90)),
        ("90s", timedelta(seconds=90)),
        ("12w", timedelta(weeks=12)),
        ("1d 12h", timedelta(days=1, hours=12)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time_has_a_unit(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["31", " 31 ", "0", "-1", "+7", "1.5"])
def test_a_number_without_a_unit_is_refused_and_told_the_units(text):
    with pytest.raises(EnvError, match=rf"^{text.strip().replace('+', '[+]')} has no unit: write .*d for days"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "soon", "3 months", "-1d", "d"])
def test_anything_else_is_refused(text):
    with pytest.raises((EnvError, ValidationError)):
        parse_duration(text)
