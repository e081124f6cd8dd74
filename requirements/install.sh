#!/usr/bin/env bash
# Brings the virtual environment to one of the locked files, `local` or `dev`, with idp itself editable.
# Called by the Makefile. Needs a Python from 3.11 on, and reads PYTHON and VENV from the environment.
set -euo pipefail
cd "$(dirname "$0")/.."

which=$1
lock=requirements/$which.txt
venv=${VENV:-.venv}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
fi
[ -n "$python" ] || fail "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3"

if ! "$venv/bin/python" -c '' 2>/dev/null; then
  printf 'Making the environment in %s with %s …\n' "$venv" "$("$python" --version)"
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$venv"
  elif "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --without-pip "$venv"
  else
    fail "This Python can neither make a virtual environment nor has pip: install Debian's python3-venv, or name another: make PYTHON=/path/to/python3"
  fi
fi

if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  pip=("$venv/bin/python" -m pip)
else # Debian without python3-venv: the pip beside that Python works on ours
  pip=("$python" -m pip --python "$venv/bin/python")
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

printf 'Installing %s packages of %s, each checked against its hash …\n' "$(grep -c '==' "$lock")" "$lock"
started=$SECONDS
# The lock names every package, so pip has nothing to resolve. Left to resolve, it meets a version newer than the
# lock's wherever a requirement has an extra (`coverage[toml]`), and refuses it for having no hash.
"${pip[@]}" install --quiet --require-hashes --no-deps -r "$lock"
"${pip[@]}" install --quiet --no-deps --no-build-isolation --editable .
"${pip[@]}" check >/dev/null || fail "$lock misses a package or holds a wrong one: $("${pip[@]}" check)"
printf 'The environment is ready (%s s).\n' "$((SECONDS - started))"
