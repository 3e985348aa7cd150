#!/bin/sh
# Print one line for each agent (class:provider:type): its name, and the <action> elements of its metadata.
: "${agents:?}"
for agent in $agents; do
    actions=$(timeout 10 crm_resource --show-metadata "$agent" 2>/dev/null | grep '<action ' | tr '\n' ' ')
    echo "$agent $actions"
done
