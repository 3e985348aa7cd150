#!/bin/sh
# Prepares two nodes for MariaDB that replicates in both directions, and repairs a replication that has stopped.
# The lab sets the parameters before this text, and calls one of the functions missing, prepare, broken, repair at its end
# (docs/services.md). The node is a container or a virtual machine with Debian 12.
: "${node:?}"
: "${address:?}"
: "${addresses:?}"
: "${vip:?}"
: "${network:?}"

conf=/etc/mysql/mariadb.conf.d/99-ha-lab.cnf
ready=/var/lib/mysql/ha-lab-ready
peer=$(printf '%s\n' "$addresses" | tr ' ' '\n' | grep -vxF "$address")
first=${addresses%% *}

# Each server gives its transactions a domain of its own, so that two histories can exist side by side.
settings() {
    number=${address##*.}
    offset=1
    [ "$address" = "$first" ] || offset=2
    cat <<END
# Written by the lab.
[mariadbd]
report_host = $node
server_id = $number
gtid_domain_id = $number
auto_increment_increment = 2
auto_increment_offset = $offset
bind_address = 0.0.0.0
skip_name_resolve = 1
log_bin = binlog
binlog_format = row
sync_binlog = 1
relay_log = relay
relay_log_recovery = 1
slave_net_timeout = 5
END
}

sql() { mariadb --no-defaults -N -B -e "$1"; }
status_of() { mariadb --no-defaults -e 'SHOW SLAVE STATUS\G' 2>/dev/null | sed -n "s/^ *$1: //p"; }
holds_vip() { [ -n "$(ip -o addr show to "$vip")" ]; }
replicates() { [ "$(status_of Slave_IO_Running)$(status_of Slave_SQL_Running)" = YesYes ]; }

missing() {
    [ -x /usr/sbin/mariadbd ] || { echo "MariaDB is not installed"; return; }
    [ "$(printf '%s\n' "$peer" | wc -l)" = 1 ] || { echo "this example is for two nodes"; return; }
    ! systemctl is-enabled mariadb 2>/dev/null | grep -qx enabled || echo "mariadb starts at boot: only the cluster may"
    [ "$(settings)" = "$(cat "$conf" 2>/dev/null)" ] || echo "its settings are not written"
    [ -e "$ready" ] || echo "its database is not made"
}

# Changed settings take effect at the next start of the server.
prepare() {
    set -e
    systemctl disable --quiet mariadb
    settings >"$conf"
    [ ! -e "$ready" ] || return 0
    systemctl restart mariadb
    hosts=$(python3 -c 'import ipaddress, sys; print(ipaddress.ip_network(sys.argv[1]).with_netmask)' "$network")
    # Both nodes make the same by themselves; it is not replicated (sql_log_bin).
    sql "SET SESSION sql_log_bin = 0;
        CREATE DATABASE IF NOT EXISTS lab;
        CREATE TABLE IF NOT EXISTS lab.written (writer VARCHAR(64), number BIGINT, PRIMARY KEY (writer, number));
        CREATE USER IF NOT EXISTS probe@'$hosts';
        GRANT SELECT, INSERT, UPDATE, DELETE ON lab.* TO probe@'$hosts';
        CREATE USER IF NOT EXISTS replicator@'$hosts';
        GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES, RELOAD, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO replicator@'$hosts';
        CHANGE MASTER TO MASTER_HOST = '$peer', MASTER_USER = 'replicator', MASTER_PASSWORD = '',
            MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos;"
    systemctl stop mariadb
    touch "$ready"
}

# The server answers, and does not replicate from the other node.
broken() {
    [ -e "$ready" ] || return 1
    sql 'SELECT 1' >/dev/null 2>&1 || return 1
    tries=15
    while [ "$tries" -gt 0 ]; do
        ! replicates || return 1
        tries=$((tries - 1))
        sleep 1
    done
}

# The data of the node with the floating address are kept. That node goes on after the transactions of the other one that
# it could not apply; the other node takes a copy of its data.
repair() {
    set -e
    from="--no-defaults --skip-ssl --host=$peer --user=replicator"
    sql 'STOP SLAVE'
    if holds_vip; then
        # shellcheck disable=SC2086 # the options are words
        sql "SET GLOBAL gtid_slave_pos = '$(mariadb $from -N -B -e 'SELECT @@gtid_binlog_pos')'"
    else
        # shellcheck disable=SC2086
        { echo 'SET SESSION sql_log_bin = 0;'; mariadb-dump $from --single-transaction --master-data=1 --gtid lab; } |
            mariadb --no-defaults lab
    fi
    sql 'START SLAVE'
}
