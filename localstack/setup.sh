#!/bin/sh
# Sets up the Python environment of the emulated AWS: localstack/.venv, from the pinned requirements.
# Does nothing when it is up to date.  `setup.sh denied` also sets up the lane for denied calls (ministack).
set -eu
case "$0" in
*/*) here=$(CDPATH='' cd -- "${0%/*}" && pwd) ;;
*) here=$(pwd) ;;
esac

fail() {
    echo "lamppost emulator: $1" >&2
    exit 1
}

# install NAME REQUIREMENTS: the environment localstack/NAME holds exactly what REQUIREMENTS pins
install() {
    stamp="$here/$1/requirements.stamp"
    if cmp -s "$here/$2" "$stamp" && [ -x "$here/$1/bin/python" ]; then
        echo "lamppost emulator: $1 is up to date"
        return
    fi
    echo "lamppost emulator: installing $2 into $1 (once, about 15 seconds)"
    rm -f "$stamp"
    "$python" -m venv "$here/$1" || fail "python could not create a virtual environment (is the venv module installed?)"
    "$here/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/$2" ||
        fail "pip could not install localstack/$2"
    cp "$here/$2" "$stamp"
    echo "lamppost emulator: $1 is ready"
}

python=$(command -v python3) || fail "python3 is needed (3.11 or newer) and was not found on PATH"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "python3 is older than 3.11, which the emulator needs"

# Parallel test runs may call this at the same time: one installs, the others wait.
if command -v flock >/dev/null 2>&1 && [ "${LAMPPOST_SETUP_LOCKED:-}" = "" ]; then
    LAMPPOST_SETUP_LOCKED=1 exec flock "$here/.setup.lock" "$here/setup.sh" "$@"
fi

install .venv requirements.txt
case "${1:-}" in
"") ;;
denied) install .venv-denied requirements-denied.txt ;;
*) fail "unknown lane \`$1\`; the only one is \`denied\`" ;;
esac
