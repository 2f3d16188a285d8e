"""The JSON of a success in JSON Schema: `ingress/answers.py` writes it, key for key."""


def describe_object(about, **properties):
    """All keys are always there, in this order, and no others."""
    return {
        "type": "object",
        "description": about,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def text(about, pattern=None, null=False, **others):
    kind = ["string", "null"] if null else "string"
    return {"type": kind, "description": about, **({"pattern": pattern} if pattern else {}), **others}


ID = "^[0-9]+$"
AMOUNT = r"^[0-9]{1,8}\.[0-9]{4}$"
NUMBER = "^[2-9][0-9]{2}[2-9][0-9]{6}$"
WALL_CLOCK = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
FLAG = {"type": "integer", "enum": [0, 1]}

INSERTED = describe_object(
    "The cost as it is kept.",
    date_billed=text("In the dialer's wall clock.", WALL_CLOCK),
    cost=text("With 4 decimal places, rounded half up.", AMOUNT),
    method=text("How it came.", const="ingress"),
    method_id=text("The API id.", ID),
    ip_address=text("The sender's address; blank over a unix socket."),
    call_date=text("In the dialer's wall clock.", WALL_CLOCK),
    call_from=text("The caller's number.", NUMBER),
    call_to=text("The number that was dialled.", NUMBER),
    attributable=text("1", const="1"),
    attributed=text("0", const="0"),
    calculatable=text("0", const="0"),
    notes=text("As they were sent.", null=True),
)
LEAD = describe_object(
    "The lead of the call; null if no call was found, or it has none.",
    lead_id=text("The lead's id.", ID),
    vendor_id=text("Its vendor's id.", ID, null=True),
    account_id=text("Its account's id.", ID, null=True),
    cost=text("Its cost after the update.", AMOUNT),
)
BILLED = describe_object(
    "What was billed. The top level's cid, did and cost are as the sender wrote them.",
    cid=text("As it was sent."),
    did=text("As it was sent."),
    cost=text("As it was sent."),
    cost_id=text("The id of the cost; null of a dry run.", ID, null=True),
    inserted=INSERTED,
    updated={**FLAG, "description": "1: the lead now carries this cost, or did before."},
    lead={**LEAD, "type": ["object", "null"]},
    first_contact={**FLAG, "description": "1: the lead's first contact now carries this cost, or did before."},
)
