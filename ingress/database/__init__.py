"""The dialer's database: one connection per thread, its readiness, and a function per statement."""
