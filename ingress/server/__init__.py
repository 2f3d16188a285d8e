"""How gunicorn serves an application: whole requests, spread evenly, each answered by the thread that found it.

Nothing here knows the application: what differs from one to another is passed in.
"""
