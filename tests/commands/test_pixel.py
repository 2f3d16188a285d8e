"""`pixel` as it is typed: its options, and what it prints beside the form."""

import re

import pytest

from ingress.commands.platforms import PLATFORMS


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_tokens_without_public_documentation_are_listed(pixel, name):
    platform = PLATFORMS[name]

    listed = dict(re.findall(r"^  (\w+): (.*)$", pixel(name).output, re.MULTILINE))

    documented = {known: token for known, token in platform.tokens.items() if known not in listed}
    assert listed.items() <= platform.tokens.items()
    assert all(token.startswith("[") and token not in platform.unverified for token in documented.values())


@pytest.mark.parametrize(
    "name", [name for name in sorted(PLATFORMS) if {"body", "headers"} <= {*PLATFORMS[name].fields}]
)
def test_a_body_is_labelled_as_json_where_the_form_has_headers(pixel, name):
    assert "\nContent-Type: application/json\n" in pixel(name).output
    assert "Content-Type" not in pixel(name, "--get").output


def test_a_secret_that_is_not_given_is_a_placeholder(pixel):
    printed = pixel("ringba").output

    assert "tld-api-id: <API ID>\ntld-api-key: <API key>\n" in printed


def test_a_secret_is_asked_for_if_its_option_has_no_value(pixel):
    result = pixel("ringba", "--api-key", input="s3cret\n")

    assert "tld-api-key: s3cret\n" in result.output


def test_a_fixed_number_and_price_replace_their_tokens(pixel):
    printed = pixel("ringba", "--did", "+1 800 555 0142", "--cost", "$25").output

    assert "/billable/8005550142/[tag:InboundNumber:Number-NoPlus]?cost=25.0000&" in printed
    assert "did:" not in printed


@pytest.mark.parametrize("option", [("--did", "0003"), ("--cost", "12,50"), ("--api-id", "ringba")])
def test_a_value_that_the_service_would_refuse_is_refused(pixel, option):
    result = pixel("ringba", *option)

    assert result.exit_code == 2
    assert option[1] in result.output


@pytest.mark.parametrize("url", ["calls.example.com", "ftp://calls.example.com", "https://", "https://a.example?b=1"])
def test_a_base_url_that_no_platform_could_call_is_refused(pixel, url):
    assert pixel("ringba", base_url=url).exit_code == 2
