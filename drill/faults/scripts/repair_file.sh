#!/bin/sh
# Remove a file that a fault created.
: "${file:?}"

is_wrong() {
    [ -e "$file" ]
}

put_right() {
    rm -f "$file"
}
