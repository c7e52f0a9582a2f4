#!/usr/bin/env bash
# What takes too long for every change, in the environment at hand: all tests, the nightly ones too, with new examples
# and many more of them. Takes hours.
#     bash tests/nightly.sh [PYTEST_OPTION ...]
set -euo pipefail
cd "$(dirname "$0")/.."
SDL_VIDEODRIVER=dummy python -m pytest -n auto --dist worksteal --hypothesis-profile=nightly -m '' "$@"
echo "($SECONDS s)"
