#!/usr/bin/env bash
# The quick loop, in the environment at hand: linters, types, doctests and the tests that take little time.
#     bash tests/quick.sh [PYTEST_OPTION ...]
set -euo pipefail
cd "$(dirname "$0")/.."
ruff check .
ruff format --check .
mypy
SDL_VIDEODRIVER=dummy python -m pytest -n auto --dist worksteal --hypothesis-profile=brief -m 'not slow' "$@"
echo "($SECONDS s)"
