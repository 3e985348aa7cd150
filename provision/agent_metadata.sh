#!/bin/sh
# Print one line for each agent (class:provider:type): its name, and the <parameter> and <action> elements of its
# metadata; "!" in their place when this node does not have the agent. Without crm_resource(8) nothing is printed.
: "${agents:?}"
: "${limit:?}"
command -v crm_resource >/dev/null || exit 0
for agent in $agents; do
    name=${agent#*:}
    case $agent in
    systemd:*) systemctl cat "$name" >/dev/null 2>&1 ;;
    lsb:*) [ -x "/etc/init.d/$name" ] ;;
    service:*) [ -x "/etc/init.d/$name" ] || systemctl cat "$name" >/dev/null 2>&1 ;;
    esac && metadata=$(timeout "$limit" crm_resource --show-metadata "$agent" 2>/dev/null) || metadata=
    elements=$(printf '%s' "$metadata" | tr '\n' ' ' | grep -oE '<(parameter|action) [^>]*>' | tr '\n' ' ')
    case $metadata in
    '') echo "$agent !" ;;
    *) echo "$agent ${elements:-<none/>}" ;;
    esac
done
