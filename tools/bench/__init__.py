"""What a billed call costs: the service beside its floor and an empty view, on a private MariaDB, loopback only."""
