#!/bin/sh
# Remove a file that a fault made.
: "${file:?}"

is_wrong() {
    [ -e "$file" ]
}

put_right() {
    rm -f "$file"
}
