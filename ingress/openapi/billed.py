"""The JSON of a success in JSON Schema: `ingress/billing/answers.py` writes it, key for key."""

from .json_schema import describe_object, describe_text

ID_PATTERN = "^[0-9]+$"
AMOUNT_PATTERN = r"^[0-9]{1,8}\.[0-9]{4}$"
NUMBER_PATTERN = "^[2-9][0-9]{2}[2-9][0-9]{6}$"
WALL_CLOCK_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
FLAG_SCHEMA = {"type": "integer", "enum": [0, 1]}

INSERTED_SCHEMA = describe_object(
    "The cost as it is stored.",
    date_billed=describe_text("The time in the dialer's wall clock.", WALL_CLOCK_PATTERN),
    cost=describe_text("The amount with 4 decimal places, rounded half up; 0.0000 is cancelled.", AMOUNT_PATTERN),
    method=describe_text("How the cost came in.", const="ingress"),
    method_id=describe_text("The API id.", ID_PATTERN),
    ip_address=describe_text("The sender's address; blank over a unix socket."),
    call_date=describe_text("The time in the dialer's wall clock.", WALL_CLOCK_PATTERN),
    call_from=describe_text("The caller's number.", NUMBER_PATTERN),
    call_to=describe_text("The number that was dialled.", NUMBER_PATTERN),
    attributable=describe_text("Always 1.", const="1"),
    attributed=describe_text("Always 0.", const="0"),
    calculatable=describe_text("Always 0.", const="0"),
    notes=describe_text("The notes as sent; null if none came.", nullable=True),
)
LEAD_SCHEMA = describe_object(
    "The lead of the call; null if no call was found, or if the call has no lead.",
    lead_id=describe_text("The lead's id.", ID_PATTERN),
    vendor_id=describe_text("The id of its vendor.", ID_PATTERN, nullable=True),
    account_id=describe_text("The id of its account.", ID_PATTERN, nullable=True),
    cost=describe_text("The lead's cost after the update.", AMOUNT_PATTERN),
)
CHANGE_SCHEMAS = {
    "corrected_from": describe_text("The amount before this correction. Only in the answer to one.", AMOUNT_PATTERN),
    "corrected_to": describe_text(
        "The present amount. Only where the amount that was sent has been corrected since.",
        AMOUNT_PATTERN,
    ),
}
UNDERSTOOD_SCHEMA = {
    "type": "object",
    "description": "What was read for each parameter that came. Only in the answer to a dry run, an error included.",
    "additionalProperties": describe_object(
        "One parameter.",
        value={"type": ["string", "boolean"], "description": "As sent."},
        **{"from": describe_text("Place and name, such as `body cost`, `path` or `header Idempotency-Key`.")},
    ),
}
BILLED_SCHEMA = describe_object(
    "What was billed. At the top level cid, did and cost are as the sender wrote them.",
    optional={**CHANGE_SCHEMAS, "understood": UNDERSTOOD_SCHEMA},
    cid=describe_text("The caller's number as sent."),
    did=describe_text("The dialled number as sent."),
    cost=describe_text("The amount as sent."),
    cost_id=describe_text("The id of the cost; null after a dry run.", ID_PATTERN, nullable=True),
    inserted=INSERTED_SCHEMA,
    updated={
        **FLAG_SCHEMA,
        "description": "1 if the lead now carries this cost, even if it did before; 0 if it carries a newer call's.",
    },
    lead={**LEAD_SCHEMA, "type": ["object", "null"]},
    first_contact={
        **FLAG_SCHEMA,
        "description": "1 if the lead's first contact now carries this cost, even if it did before.",
    },
)
