"""How gunicorn serves the application: whole requests, shared out evenly, each answered by the thread that found it."""
