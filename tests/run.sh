#!/usr/bin/env bash
# Linters, types, the documentation and all tests, in a virtual environment of their own. Needs Python 3.11 to 3.13 and
# a package index, nothing else. What other versions and the built packages must do is checked by tests/ci/matrix.sh.
#     bash tests/run.sh            PYTHON=python3.12 bash tests/run.sh
source "$(dirname "$0")/ci/environments.sh"

if [ -n "${CI:-}" ] && ! command -v chromium >/dev/null; then
    say 'A browser to test the report in'
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        {
            apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium
        } >/dev/null 2>&1 || echo 'could not be installed: these tests are skipped'
    else
        echo 'there is none, and no apt-get to install it as root: these tests are skipped'
    fi
fi

say "Install: $("$python" --version)"
find_uv
new_environment all "$python" "$pins" -e '.[agents,ray,docs,dev]'
bin=$work/all/bin
if [ -n "${CI:-}" ]; then
    "$bin/python" -c 'import torch; assert torch.version.cuda is None, f"torch {torch.__version__} is no CPU build"'
fi
echo "($SECONDS s)"

lint() {
    say 'Lint, format, types'
    "$bin/ruff" check --no-cache .
    "$bin/ruff" format --no-cache --check .
    "$bin/mypy" --cache-dir "$work/mypy"
}

documentation() {
    say 'Documentation'
    PATH=$bin:$PATH "$bin/python" -m sphinx -q -W --keep-going docs "$work/docs"
}

side_by_side lint documentation

say 'All tests, each file alone'
BUILT_SITE=$work/docs PATH=$bin:$PATH "$bin/python" tests/ci/each_file_alone.py
echo "($SECONDS s)"
