#!/bin/sh
# Refresh a resource that is missing on this node while the cluster believes that it runs here. The monitor would
# detect this too, but later. `is_here` is a shell text with status 0 when the resource is here.
: "${resource:?}"
: "${node:?}"
: "${is_here:?}"
: "${refresh:?}"

is_wrong() {
    ! sh -c "$is_here" >/dev/null &&
        crm_resource -W -r "$resource" 2>/dev/null | grep -qF "running on: $node"
}

put_right() {
    sh -c "$refresh"
}
