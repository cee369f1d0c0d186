.PHONY: help demo test setup lint clean
VENV := .venv/bin

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: ## set up what is missing, then record, analyse and show the bundled calls
	@bash console/setup/setup.sh demo
	$(VENV)/callbox demo

test: ## set up what is missing, then lint, types and every test that needs no hardware
	@bash console/setup/setup.sh test
	@$(MAKE) --no-print-directory lint
	$(VENV)/pytest -n 2 --dist loadfile -m "not slow and not hardware"

setup: ## install everything the demo and the tests need; skips what is there
	@bash console/setup/setup.sh test

lint: ## ruff and mypy --strict
	$(VENV)/ruff check .
	$(VENV)/mypy

clean: ## remove what set-up and tests made inside this folder; the speech model and recordings stay
	rm -rf .venv node_modules webui/static/vendor build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/screenshots
	find webui/translations -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
