"""One function per statement in `sql/`, of the same name; the first argument is the connection it runs on."""

from .calls import (
    NO_CALL,
    Bill,
    Call,
    Cost,
    NearestCall,
    Search,
    bill_at_once,
    find_call,
    find_nearest_call,
    insert_cost,
    insert_delivery,
    lock_lead,
    update_first_contact_cost,
    update_lead_cost,
)
from .costs import DeliveryKey, FoundCall, ReceivedCost, find_cost_span, list_calls, list_costs, list_delivery_keys
from .deliveries import (
    Billed,
    Claim,
    Count,
    DuplicateDelivery,
    ListedDelivery,
    LoggedDelivery,
    Origin,
    StoredDelivery,
    UnmatchedDelivery,
    count_deliveries,
    count_deliveries_by_time,
    delete_deliveries,
    find_delivery,
    find_logged_delivery,
    find_newer_delivery,
    find_replay,
    insert_unbilled_delivery,
    list_deliveries,
    list_unmatched_deliveries,
    update_delivery,
    update_matched_delivery,
    update_replayed_delivery,
)
from .keys import (
    ApiKey,
    ListedApiKey,
    find_api_key,
    insert_api_key,
    list_api_keys,
    update_api_key_enabled,
    update_api_key_hash,
    update_api_key_last_used,
)
from .server import REQUEST_STATEMENTS, create_tables, explain_statement, list_faults, set_session
