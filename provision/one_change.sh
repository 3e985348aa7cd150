#!/bin/sh
# Run commands of pcs on a copy of the CIB, and bring the result into the cluster as one change, as
# `pcs cluster cib-push FILE diff-against=FILE` does (pcs(8)), but without starting pcs two more times.
#
# `changes` has one command a line, quoted for a shell. `pcs_on_file` is the text of pcs_on_file.py. When a command
# fails, nothing is changed; the first line of the output has its number and exit status, the others are its output.
: "${changes:?}"
: "${pcs_on_file:?}"
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit
cibadmin -Q >before || exit
cp before after
printf '%s\n' "$changes" | python3 -Es -c "$pcs_on_file" after said || {
    cat said
    exit 1
}
# crm_diff(8) ends with 0 when the files are equal, and with 1 when they differ.
crm_diff --original before --new after --no-version >change.xml
case $? in
0) exit 0 ;;
1) ;;
*) exit 1 ;;
esac
cibadmin --patch --xml-pipe <change.xml
