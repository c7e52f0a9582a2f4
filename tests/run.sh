#!/usr/bin/env bash
# Everything that must hold, in environments of its own: linters, types, tests, the oldest Gymnasium, newer Pythons, the
# wheel and the sdist, known vulnerabilities, the first command of the README, and RLlib. Needs Python 3.11 to 3.13 and its package index, nothing else.
#     bash tests/run.sh            PYTHON=python3.12 bash tests/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
pins=$root/constraints.txt
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 SDL_VIDEODRIVER=dummy

say() { printf '\n== %s\n' "$*"; }

# environment NAME INTERPRETER CONSTRAINTS PACKAGE...: a new virtual environment with these packages, pinned, what they
# are built with included.
environment() {
    local name=$1 interpreter=$2 constraints=$3
    shift 3
    "$interpreter" -m venv "$work/$name"
    PIP_CONSTRAINT=$constraints "$work/$name/bin/pip" install -q "$@"
}

# core_tests NAME: the tests of the environments, which need no torch; briefer than among all tests, at the end.
core_tests() {
    "$work/$1/bin/python" -m pytest -n auto -p no:cacheprovider --hypothesis-profile=brief tests/envs seq_envs
}

# interpreter VERSION: a Python of that version that starts, if there is one.
interpreter() {
    local candidate
    for candidate in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python; do
        if "$candidate" -c '' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# copy_to FOLDER: the files of the project as they are, as a fresh clone has them.
copy_to() {
    mkdir -p "$1"
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -co --exclude-standard -z | tar --null -T - -cf - | tar xf - -C "$1"
    else
        tar --exclude='.venv*' -cf - . | tar xf - -C "$1"
    fi
}

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
environment all "$python" "$pins" -e '.[agents,ray,dev]'
bin=$work/all/bin
if [ -n "${CI:-}" ]; then
    "$bin/python" -c 'import torch; assert torch.version.cuda is None, f"torch {torch.__version__} is no CPU build"'
fi

say 'Lint, format, types'
"$bin/ruff" check --no-cache .
"$bin/ruff" format --no-cache --check .
"$bin/mypy" --cache-dir "$work/mypy"

say 'Wheel and sdist, twice the same'
PIP_CONSTRAINT=$pins "$bin/python" -m build --outdir "$work/dist" . | tail -n 1
"$bin/python" tests/ci/check_wheel.py "$work"/dist/*.whl
if git rev-parse --git-dir >/dev/null 2>&1; then
    "$bin/python" tests/ci/check_sdist.py "$work"/dist/*.tar.gz
fi
# The same files elsewhere, of another day, for other eyes, give the same bytes.
copy_to "$work/again"
(
    cd "$work/again"
    chmod -R go-rwx .
    find . -exec touch -d '2001-02-03 04:05:06' {} +
    umask 077
    TZ=Asia/Kathmandu PIP_CONSTRAINT=$pins "$bin/python" -m build --outdir "$work/dist-again" . | tail -n 1
)
for built in "$work"/dist/*; do
    cmp "$built" "$work/dist-again/$(basename "$built")"
done
tar xzf "$work"/dist/*.tar.gz -C "$work"
unpacked=$(echo "$work"/seq_envs-*)
environment wheel "$python" "$pins" "$work"/dist/*.whl
(cd "$work" && wheel/bin/python "$root/tests/ci/check_install.py" && wheel/bin/seq-envs list)

say 'Known vulnerabilities'
environment audit "$python" "$pins" pip-audit
"$work/audit/bin/python" tests/ci/audit.py

say 'Core tests on the oldest Gymnasium, from the unpacked sdist'
sed 's/^gymnasium==.*/gymnasium==1.2.2/' constraints.txt >"$work/oldest.txt"
environment oldest "$python" "$work/oldest.txt" . pytest pytest-xdist hypothesis pygame
(cd "$unpacked" && core_tests oldest)

for version in 3.11 3.12 3.13; do
    other=$(interpreter "$version")
    if [ -z "$other" ]; then
        say "Core tests on Python $version: skipped, there is none"
    elif [ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ]; then
        say "Core tests on Python $version"
        environment "python$version" "$other" "$pins" . pytest pytest-xdist hypothesis pygame
        core_tests "python$version"
    fi
done

say 'The first command of the README, in a fresh copy'
copy_to "$work/fresh"
(cd "$work/fresh" && "$bin/python" tests/support/readme.py 0 | bash -euo pipefail)

say 'The example with RLlib'
environment rllib "$python" "$root/examples/rllib-constraints.txt" . 'ray[rllib]' torch
"$work/rllib/bin/python" tests/ci/check_rllib.py

say 'All tests'
PATH=$bin:$PATH "$bin/python" -m pytest -n auto -p no:cacheprovider
