"""Names that are nearly settings: told by name, never silently ignored; those of other programs are left alone."""

import pytest

from ingress import create_app
from ingress.config import SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TLDIALER_TIMEZON", "TLDIALER_TIMEZONE"),
        ("TLDIALER_TIME_ZONE", "TLDIALER_TIMEZONE"),
        ("tldialer_timezone", "TLDIALER_TIMEZONE"),
        ("TLDAILER_ENABLED", "TLDIALER_ENABLED"),
        ("TLDIALER_DATABASE_URI", "TLDIALER_DATABASE_URL"),
        ("CALL_MATCH_BEFOR", "CALL_MATCH_BEFORE"),
        ("ADVANCED_CALLLOG_ENABLED", "ADVANCED_CALL_LOG_ENABLED"),
        ("RATELIMIT_AUTH_FAILURE", "RATELIMIT_AUTH_FAILURES"),
        ("INGRESS_METHOD", "INGRESS_METHODS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("METRIC_TOKEN", "METRICS_TOKEN"),
        ("ALARM_HOUR", "ALARM_HOURS"),
    ],
)
def test_a_misspelt_setting_is_told_with_the_one_that_is_meant(monkeypatch, name, meant):
    monkeypatch.setenv(name, "1")

    assert read_settings()["MISSPELT"] == [f"{name} is no setting: is {meant} meant?"]


@pytest.mark.parametrize("name", ["INGRESS_COLOUR", "ALARM_BELLS"])
def test_an_unknown_name_with_our_prefix_is_told(monkeypatch, name):
    monkeypatch.setenv(name, "blue")

    assert read_settings()["MISSPELT"] == [f"{name} is no setting of this service."]


@pytest.mark.parametrize(
    "name",
    [
        "LOG_LEVEL",
        "BINDIR",
        "WEB_ROOT",
        "_INGRESS_COMPLETE",
        "INGRESS_SERVICE_HOST",
        "INGRESS_PORT",
        "INGRESS_PORT_8000_TCP_ADDR",
        "TLDIALER_PORT_3306_TCP",
    ],
)
def test_what_other_programs_set_is_left_alone(monkeypatch, name):
    monkeypatch.setenv(name, "1")

    assert read_settings()["MISSPELT"] == []


def test_the_service_warns_at_its_start(monkeypatch, dialer, caplog):
    monkeypatch.setenv("INGRESS_SPOL", "/var/lib/ingress")

    create_app()

    assert "INGRESS_SPOL is no setting: is INGRESS_SPOOL meant?" in caplog.messages


def test_a_start_that_fails_names_the_misspelt_ones_too(monkeypatch):
    monkeypatch.delenv("TLDIALER_DATABASE_URL")
    monkeypatch.setenv("TLDIALER_DATABASE_URI", "mysql://me:s3cret@host/db")
    monkeypatch.setenv("CALL_MATCH_BEFORE", "31")

    with pytest.raises(SettingsError) as refusal:
        read_settings()

    assert "\n  TLDIALER_DATABASE_URL: " in str(refusal.value)
    assert "\n  CALL_MATCH_BEFORE: 31 has no unit: write 31d for days, 31h, 31m or 31s." in str(refusal.value)
    assert "\n  TLDIALER_DATABASE_URI is no setting: is TLDIALER_DATABASE_URL meant?" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
