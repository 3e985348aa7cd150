#!/bin/sh
# Print one line for each agent (class:provider:type): its name, and the <action> elements of its metadata.
: "${agents:?}"
: "${limit:?}"
for agent in $agents; do
    actions=$(timeout "$limit" crm_resource --show-metadata "$agent" 2>/dev/null | grep '<action ' | tr '\n' ' ')
    echo "$agent $actions"
done
