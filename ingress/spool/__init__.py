"""While the database is away: what is answered, the queue on disk, and the thread that bills it afterwards."""
