"""What must hold of every cost whose amount may change, whatever has happened to it."""

from decimal import Decimal


def assert_amounts_agree(dialer):
    """Each chain of changes is unbroken and ends with the cost; each lead carries its newest cost not cancelled."""
    for cost in dialer.costs():
        assert list_amounts(dialer, cost["cost_id"])[-1] == cost["cost"]
    for lead in dialer.execute("SELECT DISTINCT lead_id FROM deliveries WHERE lead_id IS NOT NULL").fetchall():
        carried = (dialer.lead_cost(lead["lead_id"]), dialer.first_contact_cost(lead["lead_id"]))
        assert carried == (newest_cost(dialer, lead["lead_id"]),) * 2


def list_amounts(dialer, cost_id):
    """The amounts that a cost had, from its first delivery through its history."""
    amounts = [
        row["cost"]
        for row in dialer.execute(
            "SELECT cost FROM deliveries WHERE cost_id = %s AND outcome IN ('billed', 'unmatched')", cost_id
        ).fetchall()
    ]
    assert len(amounts) == 1
    for change in list_changes(dialer, cost_id):
        assert change["cost_from"] == amounts[-1] != change["cost_to"]
        amounts.append(change["cost_to"])
    return amounts


def list_changes(dialer, cost_id):
    return dialer.execute("SELECT * FROM cost_changes WHERE cost_id = %s ORDER BY change_id", cost_id).fetchall()


def newest_cost(dialer, lead_id):
    """Told from the log alone, in another way than the service does."""
    rows = dialer.execute("SELECT received, request_id, cost_id FROM deliveries WHERE lead_id = %s", lead_id).fetchall()
    present = {cost["cost_id"]: cost["cost"] for cost in dialer.costs()}
    newest_first = sorted(rows, key=lambda row: (row["received"], row["request_id"]), reverse=True)
    return next((present[row["cost_id"]] for row in newest_first if present[row["cost_id"]]), Decimal(0))


def list_outcomes(dialer):
    return [row["outcome"] for row in dialer.execute("SELECT outcome FROM deliveries ORDER BY delivery_id").fetchall()]
