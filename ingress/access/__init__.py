"""Who may call: the guards of every route, API keys, addresses, and the limit on failed sign-ins."""
