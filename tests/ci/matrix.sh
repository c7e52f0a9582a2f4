#!/usr/bin/env bash
# What the package must do elsewhere, in separate environments: the wheel and the sdist, the oldest Gymnasium, other
# Pythons, known vulnerabilities, the first command of the README, and RLlib. Runs after tests/run.sh.
#     bash tests/ci/matrix.sh
source "$(dirname "$0")/environments.sh"

# core_tests NAME: the tests of the environments, which need no torch, without those that test the same in every version.
core_tests() {
    "$work/$1/bin/python" -m pytest -p no:cacheprovider --hypothesis-profile=brief -m 'not slow' tests/envs seq_envs
}

# build_into FOLDER: the wheel and the sdist of the files here.
build_into() {
    "$work/tools/bin/python" -m build --no-isolation --outdir "$1" . | tail -n 1
}

packages() {
    say 'Wheel and sdist, twice the same'
    new_environment tools "$python" "$pins" build hatchling
    build_into "$work/dist"
    "$python" tests/ci/check_wheel.py "$work"/dist/*.whl
    if git rev-parse --git-dir >/dev/null 2>&1; then
        "$python" tests/ci/check_sdist.py "$work"/dist/*.tar.gz
    fi
    # The same files in another folder, with other dates and permissions, give the same bytes.
    copy_to "$work/again"
    (
        cd "$work/again"
        chmod -R go-rwx .
        find . -exec touch -d '2001-02-03 04:05:06' {} +
        umask 077
        export TZ=Asia/Kathmandu
        build_into "$work/dist-again"
    )
    local built
    for built in "$work"/dist/*; do
        cmp "$built" "$work/dist-again/$(basename "$built")"
    done
    new_environment wheel "$python" "$pins" "$work"/dist/*.whl
    (cd "$work" && wheel/bin/python "$root/tests/ci/check_install.py" && wheel/bin/seq-envs list)
}

oldest_gymnasium() {
    say 'Core tests on the oldest Gymnasium, from the unpacked sdist'
    sed 's/^gymnasium==.*/gymnasium==1.2.2/' "$pins" >"$work/oldest.txt"
    new_environment oldest "$python" "$work/oldest.txt" . pytest hypothesis pygame
    tar xzf "$work"/dist/*.tar.gz -C "$work"
    (cd "$work"/seq_envs-* && core_tests oldest)
}

other_pythons() {
    local version other
    for version in 3.11 3.12 3.13; do
        other=$(interpreter "$version")
        if [ -z "$other" ]; then
            say "Core tests on Python $version: skipped, there is none"
        elif [ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ]; then
            say "Core tests on Python $version"
            new_environment "python$version" "$other" "$pins" . pytest hypothesis pygame
            core_tests "python$version"
        fi
    done
}

vulnerabilities() {
    say 'Known vulnerabilities'
    new_environment audit "$python" "$pins" pip-audit
    "$work/audit/bin/python" tests/ci/audit.py
}

first_command() {
    say 'The first command of the README, in a fresh copy'
    copy_to "$work/fresh"
    (cd "$work/fresh" && "$python" tests/support/readme.py 0 | bash -euo pipefail)
}

rllib() {
    say 'The example with RLlib'
    new_environment rllib "$python" "$root/examples/rllib-constraints.txt" . 'ray[rllib]' torch
    "$work/rllib/bin/python" tests/ci/check_rllib.py
}

sdist_on_oldest_gymnasium() {
    packages
    oldest_gymnasium
}

clients() {
    vulnerabilities
    rllib
    first_command
}

find_uv
side_by_side sdist_on_oldest_gymnasium other_pythons clients
echo "($SECONDS s)"
