"""A view that does nothing, at the address of the billable endpoint: it measures the server and the framework alone."""

from flask import Flask

app = Flask(__name__, static_folder=None)
app.extensions["spool"] = None  # gunicorn.conf.py asks for it


@app.post("/api/ingress/calls/inbound/billable/<did>/<cid>")
def do_nothing(did: str, cid: str) -> dict[str, str]:
    return {"did": did, "cid": cid}
