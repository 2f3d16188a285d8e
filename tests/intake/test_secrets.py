"""A sender's secret that comes among its values: it is stored nowhere, and the values still tell calls apart."""

import json

import pytest
from werkzeug.datastructures import MultiDict

from ingress.access.key_secrets import hash_secret
from ingress.intake.parameters import Parameters, from_json
from ingress.intake.schemas import collect_billable_call
from tests.calls import CALL, PATH
from tests.conftest import SECRET

NUMBER = "20260305142109123456"  # a secret that JSON may write as a number


def change_secret(dialer, secret):
    dialer.execute("UPDATE api_keys SET key_hash = %s", hash_secret(secret))


def stored(dialer):
    return str([dialer.execute(f"SELECT * FROM {table}").fetchall() for table in ("deliveries", "call_costs")])


@pytest.mark.parametrize("secret", [SECRET, NUMBER], ids=["text", "number"])
@pytest.mark.parametrize(
    "place", ["notes", "idempotency_key", "Idempotency-Key", "cost", "call_date", "cid", "dry_run"]
)
def test_a_secret_among_the_values_is_stored_nowhere(dialer, client, key, place, secret):
    dialer.add_call()
    change_secret(dialer, secret)
    call, headers = {**CALL, "cid": "7205550134", "did": "8005550142"}, {}
    (headers if place[0].isupper() else call)[place] = f" {secret} "
    if secret == NUMBER and place in call:
        call[place] = int(secret)
    credentials = {"api_id": key["tld-api-id"], "api_key": int(secret) if secret == NUMBER else f" {secret}"}

    response = client.post(PATH.rpartition("/")[0], json={**call, **credentials}, headers=headers)

    assert response.status_code in (200, 400)
    assert len(dialer.execute("SELECT * FROM deliveries").fetchall()) == 1
    assert secret not in stored(dialer) + response.text


def test_a_duplicate_whose_values_hold_the_secret_gets_the_first_answer(dialer, post):
    call = {**CALL, "notes": f"my key is {SECRET}", "idempotency_key": SECRET}

    first, again = post(json=call), post(json=call)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data == first.data
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("other", [f"b{SECRET}", f"{SECRET}a", "a***", f"a{SECRET}{SECRET}"])
def test_keys_that_differ_beside_the_secret_are_of_different_calls(dialer, post, other):
    post(json={**CALL, "idempotency_key": f"a{SECRET}"})

    response = post(json={**CALL, "idempotency_key": other})

    assert response.status_code == 200
    assert len(dialer.costs()) == 2


def test_the_secrets_before_and_after_a_rotation_are_different_keys(dialer, client, post, key):
    post(json={**CALL, "idempotency_key": SECRET})
    change_secret(dialer, NUMBER)

    response = client.post(PATH, json={**CALL, "idempotency_key": NUMBER}, headers={**key, "tld-api-key": NUMBER})

    assert response.status_code == 200
    assert len(dialer.costs()) == 2


def test_a_kept_delivery_has_the_values_it_had_on_arrival():
    secret = 'a "secret" with \\'
    body = MultiDict({"idempotency_key": f"a{secret}", "notes": secret, "cost": "1"})
    parameters = Parameters(body, MultiDict(), headers={"Idempotency-Key": secret}, secret=secret)

    kept = parameters.as_json()

    assert json.dumps(secret)[1:-1] not in kept
    assert collect_billable_call(from_json(kept)) == collect_billable_call(parameters)
