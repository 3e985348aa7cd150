#!/bin/sh
# Put several questions to crm_simulate. Standard input is a tar archive (gzip, base64) with N.xml and N.options.
# Prints for each question the sections N.status, N.out, N.dot and N.cib.
: "${mark:?}"
# Seconds for one question.
: "${limit:?}"
folder=$(mktemp -d) || exit 1
cd "$folder" || exit 1
base64 -d | tar xzf - || { rm -rf "$folder"; exit 1; }
for question in *.xml; do
    number=${question%.xml}
    # shellcheck disable=SC2046  # the options are several words
    timeout "$limit" crm_simulate -S -x "$question" $(cat "$number.options") \
        -O "$number.cib" -D "$number.dot" > "$number.out" 2> "$number.err"
    echo $? > "$number.status"
    for part in status out dot cib err; do
        printf '\n%s%s\n' "$mark" "$number.$part"
        cat "$number.$part" 2> /dev/null
    done
done
cd / && rm -rf "$folder"
