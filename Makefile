# The ways to run, test and measure Ringmaster; `make` alone lists them.

VENV := .venv
IN_VENV := $(VENV)/bin/python
# Empty files that say: what this lock file names is installed.
RUNTIME := $(VENV)/.installed-requirements.lock
DEVELOPMENT := $(VENV)/.installed-requirements-dev.lock
RESOLVE := $(IN_VENV) -m uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run demo test acceptance check audit docs bench bench-quick lock test-packages

help: ## List what make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# The account of a service may not write beside the code: each of its processes would compile all of it anew.
setup: $(RUNTIME) ## Make the environment in .venv, and compile the code; the second time takes no time
	@$(IN_VENV) -m compileall -q app migrations simulator config.py run.py
	@echo "The environment in $(VENV) is ready."

run: $(RUNTIME) ## Start Ringmaster: phone plane, web server and scheduler; Ctrl-C stops it
	@exec $(IN_VENV) run.py

demo: $(RUNTIME) ## The same with a made-up company of 3 tenants and 300 simulated phones
	@exec $(IN_VENV) run.py demo

# Hundreds of processes of the tests import the same modules; what the first has compiled is kept, whoever calls.
test: export PYTHONDONTWRITEBYTECODE :=
test: test-packages $(DEVELOPMENT) ## Everything about correctness, on SQLite and PostgreSQL (a quarter of an hour on two cores)
	@$(IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

acceptance: test-packages $(DEVELOPMENT) ## Full sizes, storms, kills and fuzzing, into docs/acceptance.md (at most an hour)
	@$(IN_VENV) -m tests.acceptance

check: $(DEVELOPMENT) ## Lint, format, types, layers, secrets, lock files, known weaknesses of libraries and shell scripts
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m mypy
	$(VENV)/bin/lint-imports
	$(IN_VENV) -m pytest --quiet tests/test_architecture.py
	$(IN_VENV) tools/check_lock_files.py
	$(IN_VENV) tools/check_secrets.py
	$(IN_VENV) -m tools.check_advisories
	@for script in .ci/run tools/make-environment tools/install-test-packages; do bash -n "$$script" || exit 1; done

audit: $(DEVELOPMENT) ## Ask the package index which pinned libraries have known weaknesses (needs the Internet)
	@for file in requirements.lock requirements-dev.lock requirements-compiled.lock; do \
		$(IN_VENV) -m uv tool run pip-audit==2.10.0 --requirement $$file --disable-pip --require-hashes --strict \
			--progress-spinner off || exit 1; done

docs: $(DEVELOPMENT) ## Build the documentation site into build/docs; a dead link or a page outside the navigation ends it
	@$(IN_VENV) -m sphinx --quiet --fail-on-warning --keep-going --doctree-dir build/docs-read docs build/docs
	@$(IN_VENV) -m tools.check_site build/docs
	@echo "Open build/docs/index.html."

bench: test-packages $(DEVELOPMENT) ## Measure all that the targets speak of, into docs/benchmarks.md (half an hour)
	@$(IN_VENV) -m benchmarks

bench-quick: test-packages $(DEVELOPMENT) ## Measure keep-alives in a few minutes, and write nothing
	@$(IN_VENV) -m benchmarks --scale daily K1

lock: $(DEVELOPMENT) ## Write the lock files after a change of a requirements file
	$(RESOLVE) requirements.in --output-file requirements.lock
	$(RESOLVE) requirements-dev.in --output-file requirements-dev.lock
	$(RESOLVE) requirements-compiled.in --output-file requirements-compiled.lock

test-packages:
	@tools/install-test-packages

$(RUNTIME): requirements.lock requirements-compiled.lock
	@tools/make-environment requirements.lock

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@tools/make-environment requirements-dev.lock
