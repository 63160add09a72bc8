PYTHON ?= $(firstword $(wildcard .venv/bin/python) python3)

.PHONY: check lint oracle formats faults
check: ## all that must hold before a change lands
	bash .ci/run

lint:
	$(PYTHON) -m pip install --quiet -e '.[dev]'
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

oracle: ## every case of the campaigns, and layers against the frameworks that are installed; the others are skipped
	$(PYTHON) -m pytest -m campaign --hypothesis-profile long
	$(PYTHON) -m pytest tests/frameworks || test $$? -eq 5 # 5: none of them is installed

formats: ## files of every format in real programs that are installed; the others are skipped
	$(PYTHON) -m pytest tests/programs || test $$? -eq 5

faults: ## runs that are killed, pairs that write to one place, hostile files, extreme sizes; half an hour on Linux
	$(PYTHON) -m pytest tests/faults -s -n 0
