"""What was sent: the body, its parameters, and an exact value for each of them."""
