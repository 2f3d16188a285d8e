# Every command works in a fresh clone: what it needs is installed first, into this folder as far as possible.
.PHONY: help install run test smoke-test screenshots chaos outages bench lint format clean
.DEFAULT_GOAL := help

# Four processes keep two cores at work, for many a test waits; each has a database of its own. One where one is named.
AT_ONCE = $(if $(TLDIALER_DATABASE_URL),,--numprocesses 4 --dist loadfile --no-loadscope-reorder)

# Where this is set, each of the hundreds of processes that tests start would compile all it imports once more.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## bring what this machine lacks, and the Python environment in .venv
	@tools/install

run: install ## serve with a private MariaDB, demo data and a demo key; prints a curl line that works
	@.venv/bin/python -m tools.run

test: ## run all tests, against a private MariaDB and in a browser
	@tools/install chromium chromedriver
	@.venv/bin/pytest $(AT_ONCE)

screenshots: ## make the pictures of docs/console anew
	@tools/install chromium chromedriver
	@.venv/bin/python -m tools.screenshots

# Needs nothing but Python, so it also runs where the service is not installed. Make hands the variables on.
smoke-test: ## check a deployment: BASE_URL=... API_ID=... API_KEY=... [DID=... CID=... COST=...]; default: make run's
	@python3 -m tools.smoke_test

chaos: install ## bill 20,000 calls while processes die and connections break, then compare; takes five minutes
	@.venv/bin/python -m tools.chaos

outages: install ## bill 5,000 calls while the database is away half a minute at a time and none is fired twice; three minutes
	@.venv/bin/python -m tools.chaos.outages

bench: ## measure the service beside its floor, in two minutes: ARGS="--calls 1000000 --seconds 20", ARGS=--help
	@tools/install wrk
	@.venv/bin/python -m tools.bench $(ARGS)

lint: install ## check style and formatting
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: install ## rewrite the code in the house's format
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

clean: ## remove all that was made here, databases too; refuses while one of them runs
	@for lock in $$(find .mariadb -name lock 2>/dev/null); do \
		flock --nonblock $$lock true || { echo "$${lock%/lock} is in use: stop that server first"; exit 1; }; \
	done
	@rm -rf .venv .mariadb .pytest_cache .ruff_cache .coverage htmlcov build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +
