"""The proof under faults (`make chaos`): each call is billed exactly once while processes die and connections break."""
