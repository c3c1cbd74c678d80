# Qifu. `make demo` and `make test` are all a newcomer needs; both set up what is missing.
PY := .venv/bin/python
UV := .venv/bin/uv
PORT ?= 8000
SIZE ?= full
BROWSER_OK := $(shell command -v chromium 2>/dev/null)
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test check bench setup fmt messages clean

setup: .venv/.synced

.venv/.synced: pyproject.toml uv.lock
	@test -x $(PY) || python3 -m venv .venv
	@test -x $(UV) || $(PY) -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(UV) sync --quiet --frozen
	@touch $@

demo: setup  ## a living sample district at http://127.0.0.1:$(PORT)
	@QIFU_DEMO=1 QIFU_HOME=$(CURDIR)/var/demo .venv/bin/qifu demo --size $(SIZE) --port $(PORT)

test: setup  ## the whole suite, on the embedded database (DATABASE_URL= for PostgreSQL)
	@$(PY) -m pytest

check: setup  ## lint, types, walls, migrations
	@.venv/bin/ruff check src tests benchmarks
	@.venv/bin/ruff format --check src tests benchmarks
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@QIFU_HOME=$(CURDIR)/var/check .venv/bin/django-admin makemigrations --check --dry-run --settings qifu.config.settings
	@QIFU_HOME=$(CURDIR)/var/check .venv/bin/django-admin check --settings qifu.config.settings

bench: setup  ## side by side with peers, prints ratios
	@$(UV) sync --quiet --frozen --group bench
	@$(PY) -m benchmarks

fmt: setup
	@.venv/bin/ruff check --fix src tests benchmarks
	@.venv/bin/ruff format src tests benchmarks

messages: setup  ## the English of the portal: words are read from the pages, and compiled
	@QIFU_HOME=$(CURDIR)/var/check $(PY) -m tests.walls.catalogue

clean:
	rm -rf var .demo .mypy_cache .ruff_cache .pytest_cache
