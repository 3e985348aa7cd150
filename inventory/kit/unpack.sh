#!/bin/sh
# Unpacks a kit and checks it, before anything is changed. Usage: unpack.sh KIT FOLDER LAB
# KIT is the file of `./lab kit`, or the folder that tar makes of it. FOLDER is made anew; after an error it is removed.
# LAB is the lab's folder. ./lab runs this before Python is installed, so it is a shell script.
set -eu
kit=$1 folder=$2 lab=$3
spare_kb=400000 # for .venv and the files of this machine

fail() {
    echo "lab: $1" >&2
    echo "lab:   -> $2" >&2
    rm -rf "$folder"
    exit 3
}

again="copy the kit again, or pack it again with ./lab kit"
[ -e "$kit" ] || fail "$kit does not exist" "name the kit's file: ./lab kit install FILE"
rm -rf "$folder"
needed=$(($(du -sk "$kit" | cut -f 1) + spare_kb))
free=$(df -Pk "$lab" | awk 'NR == 2 { print $4 }')
[ "$free" -ge "$needed" ] ||
    fail "$lab: $((free / 1024)) MB are free, and the kit needs $((needed / 1024)) MB" "free some space there"
mkdir "$folder"
if [ -d "$kit" ]; then
    cp -R "$kit/." "$folder" || fail "$kit cannot be copied" "see the message above"
else
    tar -xf "$kit" -C "$folder" --strip-components=1 --no-same-owner 2>/dev/null ||
        fail "$kit is no kit, or a part of it is missing" "$again"
fi
[ -f "$folder/SHA256SUMS" ] || fail "$kit is no kit: it has no SHA256SUMS" "$again"
wrong=$(cd "$folder" && LC_ALL=C sha256sum --quiet -c SHA256SUMS 2>/dev/null | head -n 8) || true
[ -z "$wrong" ] || fail "$kit is damaged: $wrong" "$again"
listed=$(wc -l < "$folder/SHA256SUMS")
found=$(find "$folder" -type f | wc -l)
[ "$found" -eq $((listed + 1)) ] || fail "$kit has $((found - 1)) files, and its SHA256SUMS lists $listed" "$again"

machine=$(sed -n 's/^ *"machine": "\(.*\)",*$/\1/p' "$folder/kit.json")
[ "$machine" = "$(uname -m)" ] ||
    fail "the kit is for $machine, and this machine is $(uname -m)" "pack a kit on a machine with this processor"
cmp -s "$folder/ha-lab/pyproject.toml" "$lab/pyproject.toml" ||
    fail "the kit was packed from another version of the lab" \
        "use the lab that is in the kit: tar -xf $kit, then ./lab kit install in its folder ha-lab"
