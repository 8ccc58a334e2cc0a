#!/usr/bin/env bash
# setup.sh FOLDER LOCK: a virtual environment holding exactly what LOCK pins, and guichet itself.
# Says in plain words what is missing; never needs root.
set -euo pipefail
folder=$1 lock=$2 python=${PYTHON:-python3}

say() { printf '%s\n' "$@" >&2; exit 1; }

command -v "$python" >/dev/null || say \
    "guichet a besoin de Python 3.11 ou plus récent, et « $python » est introuvable." \
    "Sur Debian ou Ubuntu : sudo apt install python3 python3-venv"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || say \
    "guichet a besoin de Python 3.11 ou plus récent ; « $python » est $("$python" -V 2>&1)." \
    "Indiquez-en un autre, par exemple : make demo PYTHON=python3.12"

"$python" -c 'import venv, ensurepip' 2>/dev/null || say \
    "Le module « venv » de Python manque." \
    "Sur Debian ou Ubuntu : sudo apt install python3-venv, puis recommencez."

echo "Préparation de l’environnement (une seule fois, environ une minute)…"
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { "$folder/bin/python" -m pip install --disable-pip-version-check --quiet "$@" >"$log" 2>&1; }
{ install --require-hashes -r "$lock" && install --no-deps --no-build-isolation -e .; } || {
    cat "$log" >&2
    say "L’installation a échoué : voyez ci-dessus. Vérifiez le réseau, puis recommencez."
}
