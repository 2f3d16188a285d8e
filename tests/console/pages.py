"""How the tests use the console's pages without a browser."""

import re

from tests.conftest import SECRET

CONSOLE_SECRET = "a secret that signs the cookies of these tests"


def read_token(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def sign_in(client, api_id, api_key=SECRET, next_page="", **request):
    form = {"api_id": api_id, "api_key": api_key, "next": next_page}
    form["token"] = read_token(client.get("/console/sign-in", **request))
    return client.post("/console/sign-in", data=form, **request)


def post_form(client, path, **form):
    return client.post(path, data={"token": read_token(client.get("/console")), **form})


def newest(dialer):
    return dialer.execute("SELECT MAX(delivery_id) AS id FROM deliveries").fetchone()["id"]


REASON = re.compile(r'id="reason">(.*?)</p>', re.DOTALL)


def reason_of(console, delivery_id):
    return REASON.search(console.get(f"/console/deliveries/{delivery_id}").text)[1].replace("&#39;", "'")
