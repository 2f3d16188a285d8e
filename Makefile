# Every command works in a fresh clone: what it needs is installed first, into this folder as far as possible.
.PHONY: help install run test quick smoke-test screenshots chaos outages bench lint format clean
.DEFAULT_GOAL := help

# Four processes keep two cores busy, because many tests wait; each has a database of its own. If you name a database
# there is one process.
AT_ONCE = $(if $(TLDIALER_DATABASE_URL),,--numprocesses 4 --dist loadfile --no-loadscope-reorder)

# With it, each of the hundreds of processes that the tests start would compile all it imports again.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Where a private server is used, SERVER=mysql, SERVER=mariadb-11 or SERVER=/a/folder names another than the machine's MariaDB."

install: ## install what this machine lacks, and the Python environment in .venv
	@tools/install
	@tools/bring "$(SERVER)"

run: install ## serve with a private server, demo data and demo keys; prints what to try
	@.venv/bin/python -m tools.run

test: ## run all tests, against a private server and in a browser; or some: TESTS="tests/billing tests/spool"
	@tools/install chromium chromedriver
	@tools/bring "$(SERVER)"
	@.venv/bin/pytest $(AT_ONCE) $(TESTS)

quick: install ## run the tests that take less than a second each, after every change
	@.venv/bin/pytest $(AT_ONCE) -m "not slow"

screenshots: ## take the pictures of docs/console again
	@tools/install chromium chromedriver
	@.venv/bin/python -m tools.screenshots

# Needs nothing but Python, so it also runs where the service is not installed. Make exports the variables.
smoke-test: ## check a deployment: BASE_URL=... API_ID=... API_KEY=... [DID=... CID=... COST=...]; default: make run's
	@python3 -m tools.smoke_test

chaos: install ## bill 20,000 calls while processes die and connections break, in five minutes; ARGS=--cluster: on Galera, twice five
	@.venv/bin/python -m tools.chaos $(ARGS)

outages: install ## bill 5,000 calls while the database is away for half a minute three times; three minutes
	@.venv/bin/python -m tools.chaos.outages

bench: ## measure the service and its floor, in two minutes: ARGS="--calls 1000000 --seconds 20", ARGS=--invoice, ARGS=--help
	@tools/install wrk
	@.venv/bin/python -m tools.bench $(ARGS)

lint: install ## check style, formatting and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: install ## format the code
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

clean: ## remove everything that was made here, databases too; refuses while one of them runs
	@for lock in $$(find .databases -name lock 2>/dev/null); do \
		flock --nonblock $$lock true || { echo "$${lock%/lock} is in use: stop that server first"; exit 1; }; \
	done
	@rm -rf .venv .databases .pytest_cache .ruff_cache .coverage htmlcov build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +
