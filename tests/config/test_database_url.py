"""TLDIALER_DATABASE_URL: what it says, and what is told of one that says nothing."""

import pytest
from environs import EnvError

from ingress.config import parse_database_url
from ingress.config.database_url import ENCODED_SIGNS


@pytest.mark.parametrize("password", ["p", "p@ss", "p:ss", "a=b&c", "ü"])
def test_a_password_that_is_plain_enough_may_stand_as_it_is(password):
    assert parse_database_url(f"mysql://me:{password}@host/tldialer").password == password


@pytest.mark.parametrize("character", "@:/#?[]%")
def test_any_sign_may_be_percent_encoded(character):
    url = parse_database_url(f"mysql://me:s3{f'%{ord(character):02X}'}cret@host:3307/tldialer")

    assert url.password == f"s3{character}cret"
    assert (url.hosts, url.database) == ((("host", 3307),), "tldialer")


@pytest.mark.parametrize(
    "user_info",
    [
        "me:s3/cret",
        "me:s3#cret",
        "me:s3?cret",
        "me:s3[cret",
        "me:s3@c/ret",
        "me:s3@c#ret",
        "m/e:s3cret",
        "me:12#s3cret",
    ],
)
def test_a_sign_that_ends_a_url_is_hinted_at_without_the_password(user_info):
    with pytest.raises(EnvError) as refusal:
        parse_database_url(f"mysql://{user_info}@host:3306/tldialer")

    assert ENCODED_SIGNS in str(refusal.value)
    assert not {"s3", "cret", "ret"} & set(str(refusal.value).replace("/", " ").split())


@pytest.mark.parametrize("text", ["mysql://me:p@host", "postgres://me:p@host/db", "mysql://host/db", "host", ""])
def test_another_mistake_gets_no_such_hint(text):
    with pytest.raises(EnvError) as refusal:
        parse_database_url(text)

    assert "Must look like" in str(refusal.value)
    assert ENCODED_SIGNS not in str(refusal.value)


def test_a_missing_database_does_not_come_from_the_password():
    with pytest.raises(EnvError, match="percent-encoded"):
        parse_database_url("mysql://me:a@b/s3cret@host")
