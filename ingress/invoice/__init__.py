"""The platform's invoice: its export read, compared with what came in, and what is missing booked."""
