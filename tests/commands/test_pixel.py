"""`pixel` as it is typed: its options, and what it prints beside the form."""

import re

import pytest

from ingress.commands.platforms import PLATFORMS

ASKS = [("ringba", ("did",)), ("retreaver", ("did", "cost")), ("trackdrive", ("did",))]
CHECKLISTS = ["callgrid", "invoca", "phonexa"]
NUMBER = ("--did", "8005550142")


@pytest.mark.parametrize("name", sorted(PLATFORMS))
@pytest.mark.parametrize("options", [(), ("--vendor",), NUMBER, (*NUMBER, "--token", "cost=[price]")])
def test_no_token_that_no_document_names_is_printed_into_a_form(pixel, name, options):
    platform = PLATFORMS[name]

    printed = pixel(name, *options).output

    form = re.sub(r"^ +\w+: perhaps .*$", "", printed, flags=re.MULTILINE)
    assert not any(token in form for token in platform.unverified)
    assert not any(token in form for token in platform.tokens.values() if token.startswith("<"))


@pytest.mark.parametrize(("name", "asked"), ASKS)
def test_a_needed_token_that_no_document_names_is_asked_for(pixel, name, asked):
    result = pixel(name)

    assert result.exit_code == 2
    assert all(f"--token {known}='[token]'" in result.output for known in asked)
    assert "--did NUMBER" in result.output


def test_a_token_is_printed_as_it_was_given(pixel):
    printed = pixel("retreaver", *NUMBER, "--token", "cost=[price]", "--token", "call_date=[began]").output

    assert "/billable/8005550142/[nanp_caller_number]?cost=[price]&call_date=[began]&notes=[call_uuid]" in printed
    assert "Left out" not in printed


def test_a_form_that_cannot_tell_two_firings_apart_says_so(pixel):
    assert "fired twice is billed twice" in pixel("trackdrive", *NUMBER).output
    assert "fired twice is billed twice" not in pixel("trackdrive", *NUMBER, "--token", "call_date=[at]").output
    assert "fired twice is billed twice" not in pixel("ringba", *NUMBER).output


@pytest.mark.parametrize("name", CHECKLISTS)
def test_a_platform_without_public_tokens_gets_a_list_of_steps(pixel, name):
    printed = pixel(name, "--key", "310").output

    assert printed.count("  [ ] ") >= 4
    assert all(f"      {known}: perhaps " in printed for known in ("did", "cid", "cost"))
    assert "310" in printed


def test_a_list_of_steps_has_the_number_and_price_that_are_given(pixel):
    printed = pixel("invoca", *NUMBER, "--cost", "25").output

    assert "      did: 8005550142\n      cost: 25.0000\n      cid: perhaps calling_phone_number\n" in printed


@pytest.mark.parametrize("name", CHECKLISTS)
def test_a_platform_without_public_tokens_gets_its_form_once_they_are_given(pixel, name):
    tokens = [part for known in ("did", "cid", "cost") for part in ("--token", f"{known}=[the_{known}]")]

    printed = pixel(name, *tokens).output

    assert "[ ]" not in printed
    assert all(f"[the_{known}]" in printed for known in ("did", "cid", "cost"))


@pytest.mark.parametrize("token", ["price=[cost]", "cost", "cost="])
def test_a_token_for_no_parameter_is_refused(pixel, token):
    assert pixel("ringba", *NUMBER, "--token", token).exit_code == 2


def test_a_form_that_has_no_get_is_not_printed_with_one(pixel):
    result = pixel("callrail", "--get")

    assert result.exit_code == 2
    assert "CallRail cannot GET" in result.output


@pytest.mark.parametrize("name", ["trackdrive"])
def test_a_body_is_labelled_as_json_where_the_form_has_headers(pixel, name):
    assert "\nContent-Type: application/json\n" in pixel(name, *NUMBER).output
    assert "Content-Type" not in pixel(name, *NUMBER, "--get").output


def test_the_body_of_a_list_of_steps_is_labelled_as_json(pixel):
    assert "Content-Type: application/json\n" in pixel("callgrid").output
    assert "Content-Type" not in pixel("callgrid", "--get").output


def test_a_secret_that_is_not_given_is_a_placeholder(pixel):
    printed = pixel("ringba", *NUMBER).output

    assert "tld-api-id: <API ID>\ntld-api-key: <API key>\n" in printed


def test_a_secret_is_asked_for_if_its_option_has_no_value(pixel):
    result = pixel("ringba", *NUMBER, "--secret", input="s3cret\n")

    assert "tld-api-key: s3cret\n" in result.output


def test_a_fixed_number_and_price_replace_their_tokens(pixel):
    printed = pixel("ringba", "--did", "+1 800 555 0142", "--cost", "$25").output

    assert "/billable/8005550142/[tag:InboundNumber:Number-NoPlus]?cost=25.0000&" in printed
    assert "did:" not in printed


@pytest.mark.parametrize("option", [("--did", "0003"), ("--cost", "12,50"), ("--key", "ringba")])
def test_a_value_that_the_service_would_refuse_is_refused(pixel, option):
    result = pixel("ringba", *option)

    assert result.exit_code == 2
    assert option[1] in result.output


@pytest.mark.parametrize("url", ["calls.example.com", "ftp://calls.example.com", "https://", "https://a.example?b=1"])
def test_a_base_url_that_no_platform_could_call_is_refused(pixel, url):
    assert pixel("ringba", base_url=url).exit_code == 2
