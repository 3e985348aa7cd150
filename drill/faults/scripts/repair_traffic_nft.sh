#!/bin/sh
# Let the cluster's traffic through: remove the lab's own table (nft(8)).
: "${table:?}"

is_wrong() {
    # shellcheck disable=SC2086  # the table's family and name are two words
    nft list table $table >/dev/null 2>&1
}

put_right() {
    # shellcheck disable=SC2086
    nft delete table $table
}
