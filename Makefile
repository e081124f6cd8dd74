# Everything a person or a machine does here. `make` alone lists it. Needs Python 3.11 or newer, git and make.

PORT    ?= 8000
RP_PORT ?= 8001
DATA    ?= .data/demo
WORKERS ?= 2
ARGS    ?=

VENV := .venv
BIN  := $(VENV)/bin
CODE := $(wildcard idp tests bench)
# The rooms whose every branch is tested.
PURE := audit authenticators directory login notices oidc policy

export VENV
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test test-clients test-long coverage lint format words bench measure lock clean

help: ## list what can be made
	@printf 'make …\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# ── the environment ──────────────────────────────────────────────────────────────────────────────
# The stamps make a second `make` instant; they are older than a lock only after it has changed.

$(VENV)/.local: requirements/local.txt pyproject.toml
	@requirements/install.sh local
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.local
	@requirements/install.sh dev
	@touch $@

setup: $(VENV)/.local ## make the environment only; the command is then .venv/bin/idp
	@echo "Ready: $(BIN)/idp"

lock: ## lock the dependencies of pyproject.toml anew (needs uv; ARGS=--upgrade for newer versions)
	@requirements/lock.sh $(ARGS)

clean: ## remove what tools left behind; keeps .venv, .data and keys
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov mutants dist build test-results
	@find $(CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

# ── running ──────────────────────────────────────────────────────────────────────────────────────

run: $(VENV)/.local ## start everything with demo data (PORT=8000 RP_PORT=8001 DATA=.data/demo)
	@IDP_KEYS_DIR="$${IDP_KEYS_DIR:-keys}" exec $(BIN)/idp demo --data $(DATA) --port $(PORT) --rp-port $(RP_PORT)

# ── checking ─────────────────────────────────────────────────────────────────────────────────────

test: $(VENV)/.dev ## run all tests, the browser ones included (ARGS="-k totp")
	@chromium="$$($(BIN)/python tests/drivers/chromium.py)" || exit 1; \
	CHROMIUM="$$chromium" exec $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-clients: $(VENV)/.dev ## run the tests that need Debian's libapache2-mod-auth-openidc
	@exec $(BIN)/pytest -m debian $(ARGS)

# pytest's exit code 5 says that no test carries the marker.
test-long: $(VENV)/.dev ## run the tests that take minutes
	@$(BIN)/pytest -m long $(ARGS) || { code=$$?; [ $$code -eq 5 ] && echo "No test is marked long yet."; }

coverage: $(VENV)/.dev ## show branch coverage of the pure rooms; less than all of it fails
	@$(BIN)/pytest -q tests/unit $(foreach room,$(PURE),$(if $(wildcard idp/$(room)),--cov=idp.$(room))) \
	  --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100 $(ARGS)

lint: $(VENV)/.dev ## check style, types, layers and sizes
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/house

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

words: $(VENV)/.dev ## bring the catalogues up to date with the sentences of the code; lists what has no translation yet
	@$(BIN)/python -m tests.house.words

bench: $(VENV)/.dev ## measure CPU per operation of server and database
	@$(BIN)/python -m bench $(ARGS)

measure: $(VENV)/.dev ## print the sizes of rooms, files and functions
	@$(BIN)/python -m tests.house.measure
