PYTHON ?= python

.PHONY: oracle formats
oracle: ## layers against the frameworks that are installed; the others are skipped
	$(PYTHON) -m pytest tests/frameworks -rs || test $$? -eq 5 # 5: none of them is installed

formats: ## files of every format in real programs that are installed; the others are skipped
	$(PYTHON) -m pytest tests/programs -rs || test $$? -eq 5
