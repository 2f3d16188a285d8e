"""From a delivery to a cost, once: billing, the answers, the delivery log, replay, and late matching."""
