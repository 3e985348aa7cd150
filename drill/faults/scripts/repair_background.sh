#!/bin/sh
# End one loop or timer that runs in the background.
: "${folder:?}"
: "${name:?}"
. ./background.sh

is_wrong() {
    background_runs "$name"
}

put_right() {
    end_background "$name"
}
