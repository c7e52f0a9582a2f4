# What tests/run.sh and tests/ci/matrix.sh share. They source this file; it changes to the root of the project.
#
#     $work      a temporary folder, removed at the end
#     $python    the Python at hand, or $PYTHON
#     $pins      the versions of all packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
pins=$root/constraints.txt
python=${PYTHON:-python3}
work=$(mktemp -d)
export PIP_DISABLE_PIP_VERSION_CHECK=1 SDL_VIDEODRIVER=dummy
# Bytecode goes to one place outside the sources: thousands of tests start hundreds of interpreters.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$work/bytecode

end() {
    local job
    for job in $(jobs -p); do
        kill -- "-$job" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap end EXIT

say() { printf '\n== %s\n' "$*"; }

# pip_setting NAME: a setting of pip that uv has under another name.
pip_setting() { "$python" -m pip config get "global.$1" 2>/dev/null || true; }

# find_uv: sets $uv to a uv that installs what pip would, ten times faster; to nothing if there is none, since pip will do.
find_uv() {
    uv=
    "$python" -m venv "$work/uv"
    if PIP_CONSTRAINT=$pins "$work/uv/bin/pip" install -q uv >"$work/uv.log" 2>&1; then
        uv=$work/uv/bin/uv
        export UV_PYTHON_DOWNLOADS=never
        export UV_INDEX_STRATEGY=unsafe-best-match # As pip does: the best version of all indexes.
        export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(pip_setting index-url)}}
        export UV_EXTRA_INDEX_URL=${UV_EXTRA_INDEX_URL:-${PIP_EXTRA_INDEX_URL:-$(pip_setting extra-index-url)}}
        export UV_FIND_LINKS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-$(pip_setting find-links)}}
        export SSL_CERT_FILE=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting cert)}}
        local name
        for name in UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS SSL_CERT_FILE; do
            [ -n "${!name}" ] || unset "$name"
        done
    fi
}

# new_environment NAME INTERPRETER CONSTRAINTS PACKAGE...: a virtual environment $work/NAME with these packages.
# The constraints also hold for what builds the packages.
new_environment() {
    local folder=$work/$1 interpreter=$2 constraints=$3
    shift 3
    if [ -n "$uv" ]; then
        "$uv" venv -q -p "$interpreter" "$folder" \
            && "$uv" pip install -q -p "$folder/bin/python" -c "$constraints" -b "$constraints" "$@" && return
        say 'uv cannot install this; pip tries'
        rm -rf "$folder"
    fi
    "$interpreter" -m venv "$folder"
    PIP_CONSTRAINT=$constraints "$folder/bin/pip" install -q "$@"
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
        git ls-files -co --exclude-standard -z | tar --null -T - --ignore-failed-read -cf - | tar xf - -C "$1"
    else
        tar --exclude='.venv*' -cf - . | tar xf - -C "$1"
    fi
}

# side_by_side STEP...: runs these functions at the same time; each line of output begins with the name of its step.
# Fails if one fails, after all have ended.
side_by_side() {
    local step failed=0
    local -A job
    set -m # Each step gets a process group, which `end` can stop.
    for step in "$@"; do
        (run_step "$step" 2>&1 | sed -u "s/^/$step: /") &
        job[$step]=$!
    done
    set +m
    for step in "$@"; do
        wait "${job[$step]}" || {
            say "FAILED: $step"
            failed=1
        }
    done
    return "$failed"
}

# run_step STEP: runs this function and says how long it took.
run_step() {
    local start=$SECONDS
    "$1"
    echo "took $((SECONDS - start)) s"
}
