#!/usr/bin/env bash
# Make the tables of TPC-H as Parquet files: data.sh [FOLDER [SCALE]].
#
# FOLDER is build/tpch by default, SCALE 0.01 (10 MB of text; 1 is 1 GB). A folder that is there
# already stays as it is, whatever its scale. Needs tpchgen-cli (`pip install tpchgen-cli`); the project's own comes
# before one on the PATH.
set -euo pipefail

folder=${1:-build/tpch}
scale=${2:-0.01}
[[ -d $folder ]] && exit

venv=$(dirname "$0")/../../.venv/bin
[[ -d $venv ]] && PATH=$(cd "$venv" && pwd):$PATH

# In a folder beside it first: nobody finds half of the tables, nor do two runs mix theirs.
mkdir -p "$(dirname "$folder")"
unfinished=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
tpchgen-cli parquet --quiet --scale-factor "$scale" --output-dir "$unfinished"
chmod 755 "$unfinished"
[[ -d $folder ]] || mv "$unfinished" "$folder"
