"""What the Makefile runs: installation, the private database, the demo, the smoke test, bench and chaos."""
