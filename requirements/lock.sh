#!/usr/bin/env bash
# Makes the three locked requirements files from pyproject.toml, for every Python from 3.11 on.
# Needs uv. Versions stay as they are unless you pass --upgrade or --upgrade-package NAME.
#
#   runtime.txt  what the server needs (a container, a machine with its own PostgreSQL)
#   local.txt    runtime + embedded PostgreSQL + the build backend: what `make run` installs
#   dev.txt      everything: what `make test` and `make lint` install
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  local output=$1
  shift
  uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --fork-strategy fewest \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    pyproject.toml --output-file "requirements/$output" "$@"
}

lock dev.txt --all-extras "$@"
# The smaller files hold the same versions as the large one.
lock local.txt --extra embedded --extra build --constraint requirements/dev.txt
lock runtime.txt --constraint requirements/dev.txt
