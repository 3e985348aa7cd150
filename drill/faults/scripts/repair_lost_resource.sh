#!/bin/sh
# Let the cluster probe a resource again that it believes to run here, and that is gone. Its monitor would find that
# too, but later. `is_here` is a shell text whose status tells whether the resource is here.
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
