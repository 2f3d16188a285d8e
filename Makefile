# Every command works in a fresh clone: what it needs is installed first, into this folder as far as possible.
.PHONY: help install run develop test quick smoke-test screenshots chaos outages bench lint format wheel clean
.DEFAULT_GOAL := help

# Four processes keep two cores busy, because many tests wait; each has a database of its own. If you name a database
# there is one process.
AT_ONCE = $(if $(TLDIALER_DATABASE_URL),,--numprocesses 4 --dist loadfile --no-loadscope-reorder)

# With it, each of the hundreds of processes that the tests start would compile all it imports again.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Where a private server is used, SERVER=mysql, SERVER=mariadb-11 or SERVER=/a/folder names another than the machine's MariaDB."

install: ## install the service into .venv: no development tools, no database server
	@tools/install --production

develop: ## install what the tests and tools need, MariaDB's programs too
	@tools/install
	@tools/bring "$(SERVER)"

run: ## serve with a private server, demo data and demo keys; prints what to try
	@tools/install --production curl mariadbd mariadb
	@tools/bring "$(SERVER)"
	@.venv/bin/python -m tools.run

test: ## run all tests, against a private server and in a browser; or some: TESTS="tests/billing tests/spool"
	@tools/install chromium chromedriver
	@tools/promtool
	@tools/bring "$(SERVER)"
	@.venv/bin/pytest $(AT_ONCE) $(TESTS)

quick: develop ## run what takes less than half a second each, with one dialer and on one way, after every change
	@.venv/bin/pytest $(AT_ONCE) -m "not slow" -k "not vicidial and not step_by_step" -p no:schemathesis

screenshots: ## take the pictures of docs/console again
	@tools/install chromium chromedriver
	@.venv/bin/python -m tools.screenshots

# Needs nothing but Python, so it also runs where the service is not installed. Make exports the variables.
smoke-test: ## check a deployment: BASE_URL=... API_ID=... API_KEY=... [DID=... CID=... COST=...]; default: make run's
	@python3 -m tools.smoke_test

chaos: develop ## bill 20,000 calls while processes die and connections break, in five minutes; ARGS=--cluster: on Galera, twice five
	@.venv/bin/python -m tools.chaos $(ARGS)

outages: develop ## bill 5,000 calls while the database is away for half a minute three times; three minutes
	@.venv/bin/python -m tools.chaos.outages

bench: ## measure the service and its floor, in two minutes: ARGS="--calls 1000000 --seconds 20", ARGS=--invoice, ARGS=--help
	@tools/install wrk
	@.venv/bin/python -m tools.bench $(ARGS)

lint: develop ## check style, formatting and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: develop ## format the code
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# build/ keeps what an earlier wheel had, also what is deleted since
wheel: install ## build the wheel of this version in dist/, for a server without a checkout
	@rm -rf build
	@.venv/bin/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@cp constraints.txt dist
	@rm -rf build
	@ls dist/*.whl

clean: ## remove everything that was made here, databases too; refuses while one of them runs
	@for lock in $$(find .databases -name lock 2>/dev/null); do \
		flock --nonblock $$lock true || { echo "$${lock%/lock} is in use: stop that server first"; exit 1; }; \
	done
	@rm -rf .venv .databases .pytest_cache .ruff_cache .coverage htmlcov build dist *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +
