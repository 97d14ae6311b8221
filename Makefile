# `make run` sets everything up, starts the portal and prints its address.
# `make test` sets everything up and runs all tests. Only Python >= 3.11 and make are needed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PATH_WITH_NODE = PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

.PHONY: help setup setup-dev run test lint seed bench lock clean

help:
	@echo "make run    安装依赖并启动，屏幕上会显示网址与演示账号"
	@echo "make test   安装依赖并运行全部测试"
	@echo "make lint   检查代码、模板、分层与类型"
	@echo "make seed   载入演示数据"
	@echo "make bench  运行性能测量"
	@echo "make clean  删除安装的依赖（数据在 var/ 中，不会删除）"

setup: $(VENV)/.runtime node_modules/.stamp static/generated/.stamp

setup-dev: setup $(VENV)/.dev

$(VENV)/.python:
	@$(PYTHON) scripts/make_venv.py $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.txt
	@echo "安装 Python 依赖……"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt \
	  || { echo "Python 依赖没有装全：请检查网络（或 pip 的镜像设置）后重新运行。" >&2; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "安装测试与检查工具……"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt \
	  || { echo "测试工具没有装全：请检查网络（或 pip 的镜像设置）后重新运行。" >&2; exit 1; }
	@touch $@

node_modules/.stamp: $(VENV)/.python package.json package-lock.json scripts/install_node_packages.py
	@$(PY) scripts/install_node_packages.py
	@touch $@

static/generated/.stamp: node_modules/.stamp $(wildcard scripts/build_icons.py)
	@mkdir -p static/generated
	@if [ -f scripts/build_icons.py ]; then $(PY) scripts/build_icons.py; fi
	@touch $@

run: setup
	@BIANZHI_DEMO=$${BIANZHI_DEMO:-1} exec $(PY) manage.py serve

seed: setup
	@$(PY) manage.py migrate --verbosity 0 && $(PY) manage.py seed demo

# Files of tests run side by side, one process for each core, each with databases of its own.
# Long files come first (tests/conftest.py), so that no process idles at the end.
SIDE_BY_SIDE ?= -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
test: setup-dev
	@$(PY) scripts/find_chromium.py --install
ifeq ($(ARGS),)
	@$(PY) -m pytest $(SIDE_BY_SIDE) -m "not alone"
	@$(PY) -m pytest -m alone
else
	@$(PY) -m pytest $(SIDE_BY_SIDE) $(ARGS)
endif

lint: setup-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m mypy
	@$(VENV)/bin/djlint templates --lint --quiet
	@DJANGO_SETTINGS_MODULE=bianzhi.settings.test \
	  $(PY) manage.py makemigrations --check --dry-run

bench: setup-dev
	@if [ -d bench ]; then $(PY) -m bench $(ARGS); \
	  else echo "还没有性能测量程序（bench/），它随后续的性能工作加入。" >&2; exit 1; fi

# Writes the requirements with hashes anew; run it after changing a *.in file.
COMPILE = $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header
lock: $(VENV)/.dev
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	@$(COMPILE) scripts/node-requirements.in -o scripts/node-requirements.txt

clean:
	@rm -rf $(VENV) node_modules static/generated .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	@echo "已删除安装的依赖；数据仍在 var/ 中。"
