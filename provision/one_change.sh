#!/bin/sh
# Run commands of pcs on a copy of the CIB, and bring the result into the cluster as one change, as
# `pcs cluster cib-push FILE diff-against=FILE` does (pcs(8)), but without starting pcs two more times.
#
# `changes` has one command a line, quoted for a shell. `pcs_on_file` is the text of pcs_on_file.py. When a command
# fails, nothing is changed; the first line of the output has its number and exit status, the others are its output.
#
# With `prepare` the change is only printed. The copy is then this node's own CIB, which needs no DC. A cluster that is
# starting adds to the CIB itself. So only a change that adds elements or sets values is printed, and each element is
# added as the last one in its place: the digit before a position makes it larger than the number of elements.
: "${changes:?}"
: "${pcs_on_file:?}"
: "${prepare?}"
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit
cibadmin -Q ${prepare:+-l} >before || exit
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
if [ -n "$prepare" ]; then
    if grep -qE '<change operation="(delete|move)"' change.xml; then exit 1; fi
    exec sed 's/\(<change [^>]* position="\)/\19/' change.xml
fi
cibadmin --patch --xml-pipe <change.xml
