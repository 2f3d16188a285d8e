"""A view that does nothing, at the address of the one that does: what is left is the server and the framework."""

from flask import Flask

app = Flask(__name__, static_folder=None)
app.extensions["spool"] = None  # gunicorn.conf.py asks for it


@app.post("/api/ingress/calls/inbound/billable/<did>/<cid>")
def do_nothing(did, cid):
    return {"did": did, "cid": cid}
