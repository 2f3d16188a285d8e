"""One function per statement in `sql/`, of the same name; the first argument is the connection it runs on."""

from .calls import (
    NearestCall,
    bill_at_once,
    find_call,
    find_nearest_call,
    insert_cost,
    insert_delivery,
    insert_lead,
    lock_lead,
    touch_lead,
    update_first_contact_cost,
    update_lead_cost,
)
from .changes import (
    BilledDelivery,
    CostChange,
    FoundCost,
    LastAmount,
    ListedCostChange,
    NewestCost,
    find_billed_delivery,
    find_cost,
    find_last_amount,
    find_newest_cost,
    insert_cost_change,
    list_cost_changes,
    lock_cost,
    update_cost,
)
from .costs import (
    DeliveryKey,
    FoundCall,
    LoggedCall,
    Raise,
    ReceivedCost,
    find_cost_span,
    list_calls,
    list_costs,
    list_delivery_keys,
    list_raises,
)
from .deliveries import (
    StoredDelivery,
    UnmatchedDelivery,
    find_delivery,
    insert_unbilled_delivery,
    list_unmatched_deliveries,
    lock_delivery,
    update_delivery,
    update_delivery_answered,
    update_matched_delivery,
    update_replayed_delivery,
)
from .delivery_log import (
    Count,
    LastDelivery,
    LateDeliveries,
    ListedDelivery,
    LoggedDelivery,
    ReportedCall,
    count_deliveries,
    count_deliveries_by_time,
    count_key_deliveries,
    delete_deliveries,
    find_logged_delivery,
    find_replay,
    list_deliveries,
    list_last_deliveries,
    list_newest_calls,
    measure_late_deliveries,
)
from .duplicates import DuplicateDelivery
from .keys import (
    ApiKey,
    ListedApiKey,
    find_api_key,
    insert_api_key,
    list_api_keys,
    update_api_key,
    update_api_key_enabled,
    update_api_key_failed,
    update_api_key_hash,
    update_api_key_last_used,
    update_api_key_sign_outs,
)
from .records import NO_CALL, Bill, Billed, Call, CallId, Claim, Cost, Origin, Search
from .server import REQUEST_STATEMENTS, create_tables, explain_statement, list_drawbacks, list_faults, set_session
