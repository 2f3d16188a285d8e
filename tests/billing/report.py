"""What `match` prints at its end."""


def report(matched=0, updated=0, outdated=0, leadless=0, unmatched=0):
    total = matched + leadless + unmatched
    return (
        f"looked at {total}: {matched} matched ({updated} leads updated, {outdated} had a newer cost),"
        f" {leadless} without a lead, {unmatched} still unmatched\n"
    )
