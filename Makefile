PYTHON ?= python

.PHONY: oracle formats faults
oracle: ## layers against the frameworks that are installed; the others are skipped
	$(PYTHON) -m pytest tests/frameworks -rs || test $$? -eq 5 # 5: none of them is installed

formats: ## files of every format in real programs that are installed; the others are skipped
	$(PYTHON) -m pytest tests/programs -rs || test $$? -eq 5

faults: ## hundreds of runs that are killed, and pairs that write to the same place; on Linux, some ten minutes
	$(PYTHON) -m pytest tests/faults -s
