# 金融超市: `make run` starts everything, `make test` proves it. `make help` lists the rest.
.DEFAULT_GOAL := help
.ONESHELL:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PY := .venv/bin/python
export PORT ?= 8000

.PHONY: help setup dev run test prove lint bench shots lock clean

help: ## 列出全部命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The stamps hold the hash of the lock they were made from: an unchanged lock costs nothing.
.venv/runtime.stamp: requirements.lock
	@python3 -c 'import sys; sys.exit("需要 Python 3.11 或更高版本，当前为 " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(PY) || python3 -m venv .venv
	echo "正在按 requirements.lock 安装依赖（校验哈希）……" >&2
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/dev.stamp: requirements-dev.lock .venv/runtime.stamp
	echo "正在安装开发与测试依赖……" >&2
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

setup: .venv/runtime.stamp ## 安装运行依赖（含 PostgreSQL、Redis、Elasticsearch 驱动）

dev: .venv/dev.stamp ## 安装开发与测试依赖

run: .venv/runtime.stamp ## 一条命令启动：库表、方案、目录、演示、索引、网页与后台任务
	@exec $(PY) manage.py run

lint: .venv/dev.stamp ## ruff、mypy strict、import-linter、djlint、迁移检查
	@$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m djlint frontend/templates --check --lint
	$(PY) manage.py makemigrations --check --dry-run

# SQLite hides races, so the suite runs a second time on PostgreSQL wherever TEST_DATABASE_URL points at one.
test: lint ## 静态检查与全部测试；设 TEST_DATABASE_URL 时在 PostgreSQL 上再跑一遍
	@$(PY) -m pytest -n 2
	$(PY) -m tests.services || exit 1
	if [ -n "$${TEST_DATABASE_URL:-}" ]; then DATABASE_URL="$$TEST_DATABASE_URL" $(PY) -m pytest -n 2; fi

prove: .venv/dev.stamp ## 以全量规模运行重型证明（竞争、断电、模糊、恶意文件……），末尾一张表列出实测数字
	@$(PY) -m tests.prove

shots: .venv/dev.stamp ## 全部页面的截图与一张总览，写入 var/shots（需要 Chromium）
	@$(PY) -m tests.journeys.browser.contact_sheet

.venv-bench/bench.stamp: requirements-bench.lock
	@test -x .venv-bench/bin/python || python3 -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

bench: .venv/dev.stamp .venv-bench/bench.stamp ## 匹配与检索性能：与同类引擎同机对比，输出 JSON 比值
	@env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) manage.py bench_matching
	$(PY) manage.py bench_search

lock: ## 由 pyproject.toml 重新生成三个锁文件（需要 uv）
	@uv lock --quiet --upgrade
	uv export --quiet --no-emit-project --no-header --no-dev --format requirements.txt --output-file requirements.lock > /dev/null
	uv export --quiet --no-emit-project --no-header --format requirements.txt --output-file requirements-dev.lock > /dev/null
	uv export --quiet --no-emit-project --no-header --only-group bench --format requirements.txt --output-file requirements-bench.lock > /dev/null
	rm -f uv.lock

clean: ## 删除虚拟环境与本地数据
	@rm -rf .venv .venv-bench var
