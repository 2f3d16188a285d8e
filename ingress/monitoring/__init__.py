"""What the operator sees: logs without secrets, metrics, and health."""
