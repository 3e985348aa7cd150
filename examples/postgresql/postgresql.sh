#!/bin/sh
# Prepares the nodes for PostgreSQL with streaming replication, and makes a standby anew that cannot follow the primary.
# The lab sets the parameters before this text, and calls one of the functions missing, prepare, broken, repair at its end
# (docs/services.md). The node is a container or a virtual machine with Debian 12.
: "${node:?}"
: "${nodes:?}"
: "${names:?}"
: "${address:?}"
: "${addresses:?}"
: "${vip:?}"
: "${network:?}"

bin=/usr/lib/postgresql/15/bin
conf=/etc/postgresql/15/main
data=/var/lib/postgresql/15/main
ready=/var/lib/postgresql/15/ha-lab-ready
name=$(uname -n)
recovery=/usr/local/sbin/ha-lab-after-crash
unit=/etc/systemd/system/pacemaker.service.d/ha-lab.conf
# '': replication is asynchronous. '*': each commit waits until the standby has it, and while the standby is away
# no write is acknowledged (lab.yaml: may_lose: 0).
synchronous=''

settings() {
    cat <<END
# Written by the lab.
cluster_name = '$node'
listen_addresses = '*'
wal_level = replica
wal_log_hints = on
hot_standby = on
max_wal_senders = 10
wal_keep_size = 128MB
wal_receiver_timeout = 5s
wal_retrieve_retry_interval = 1s
recovery_target_timeline = 'latest'
synchronous_standby_names = '$synchronous'
primary_conninfo = 'host=$vip port=5432 user=replicator application_name=$name connect_timeout=3'
logging_collector = on
log_directory = '/var/log/postgresql'
END
}

# A node must not replicate from itself when it holds the floating address (PAF's manual, "Configuration").
accounts() {
    cat <<END
local all all peer
host replication replicator $vip/32 reject
host replication replicator $address/32 reject
host replication replicator $network trust
host lab probe $network trust
END
}

# PAF does not start a primary that has crashed (its manual: such an instance must be recovered first). So before pacemaker
# starts, the server recovers by itself and is stopped: as a standby where there is another primary by now.
after_crash() {
    cat <<END
#!/bin/sh
run() { cd / && setpriv --reuid=postgres --regid=postgres --init-groups "\$@"; }
ctl() { run $bin/pg_ctl -D $data -s -w -t 60 -o '-c config_file=$conf/postgresql.conf' "\$@" >/dev/null 2>&1; }
$bin/pg_controldata -D $data 2>/dev/null | grep -q '^Database cluster state: *in production' || exit 0
! pgrep -u postgres -x postgres >/dev/null || exit 0
if [ "\$(PGCONNECT_TIMEOUT=3 psql -XAtq -h $vip -U probe -d lab -c 'select pg_is_in_recovery()' 2>/dev/null)" = f ]; then
    run touch $data/standby.signal
fi
ctl start
ctl -m fast stop
END
}

before_pacemaker() { printf '# Written by the lab.\n[Service]\nExecStartPre=-%s\n' "$recovery"; }
as_postgres() { (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); }
# The lab's own statements wait for no standby: there may be none yet.
local_sql() { PGOPTIONS='-c synchronous_commit=local' as_postgres psql -XAtq -d "${2:-postgres}" -c "$1" 2>/dev/null; }
server() { as_postgres "$bin/pg_ctl" -D "$data" -s -w -t 30 -o "-c config_file=$conf/postgresql.conf" "$@" >/dev/null; }
primary_answers() { [ "$(psql -XAtq -h "$vip" -U probe -d lab -c 'select pg_is_in_recovery()' 2>/dev/null)" = f ]; }

missing() {
    [ -x "$bin/postgres" ] || { echo "PostgreSQL 15 is not installed"; return; }
    ! systemctl is-enabled postgresql 2>/dev/null | grep -qx enabled || echo "postgresql starts at boot: only the cluster may"
    [ "$(settings)" = "$(cat "$conf/conf.d/ha-lab.conf" 2>/dev/null)" ] || echo "its settings are not written"
    [ "$(accounts)" = "$(cat "$conf/pg_hba.conf" 2>/dev/null)" ] || echo "its accounts are not written"
    [ "$(after_crash)" = "$(cat "$recovery" 2>/dev/null)" ] || echo "the recovery after a crash is not written"
    [ "$(before_pacemaker)" = "$(cat "$unit" 2>/dev/null)" ] || echo "pacemaker starts without the recovery after a crash"
    [ -e "$ready" ] || echo "its database is not made"
}

prepare() {
    set -e
    systemctl disable --quiet postgresql
    [ -e "$ready" ] || systemctl stop postgresql postgresql@15-main
    mkdir -p "$conf/conf.d"
    settings >"$conf/conf.d/ha-lab.conf"
    accounts >"$conf/pg_hba.conf"
    chown -R postgres:postgres "$conf/conf.d" "$conf/pg_hba.conf"
    after_crash >"$recovery"
    chmod 755 "$recovery"
    mkdir -p "${unit%/*}"
    before_pacemaker >"$unit"
    systemctl daemon-reload
    if [ -e "$ready" ]; then
        local_sql 'select pg_reload_conf()' >/dev/null || true
        return
    fi
    first=${nodes%% *}
    if primary_answers; then
        copy_from "$vip"
    elif [ "$node" = "$first" ]; then
        make_primary
    else
        ssh -o BatchMode=yes "${names%% *}" "cd / && setpriv --reuid=postgres --regid=postgres --init-groups \
            $bin/pg_ctl -D $data -s -w -t 30 -o '-c config_file=$conf/postgresql.conf' start >/dev/null </dev/null 2>&1" || true
        copy_from "${addresses%% *}"
        ssh -o BatchMode=yes "${names%% *}" "cd / && setpriv --reuid=postgres --regid=postgres --init-groups \
            $bin/pg_ctl -D $data -s -w -t 30 -m fast stop"
    fi
    touch "$ready"
}

make_primary() {
    [ -e "$data/PG_VERSION" ] || pg_createcluster 15 main >/dev/null
    rm -f "$data/standby.signal"
    server start
    local_sql "select 1 from pg_roles where rolname = 'replicator'" | grep -q 1 || local_sql 'create role replicator login replication'
    local_sql "select 1 from pg_roles where rolname = 'probe'" | grep -q 1 || local_sql 'create role probe login'
    local_sql "select 1 from pg_database where datname = 'lab'" | grep -q 1 || local_sql 'create database lab owner probe'
    local_sql 'create table if not exists written (writer text, number bigint, at timestamptz default now(), primary key (writer, number));
        alter table written owner to probe' lab
    server -m fast stop
}

# Take the place of this node's data by a copy of another server's. The old data stays until the copy is complete.
copy_from() {
    rm -rf "$data.new"
    as_postgres "$bin/pg_basebackup" -h "$1" -U replicator -D "$data.new" -X stream -c fast
    as_postgres touch "$data.new/standby.signal"
    rm -rf "$data"
    mv "$data.new" "$data"
}

# This node's server is not the primary that clients reach, and does not follow it. An old primary that wrote more than
# its successor had got streams again and again on its own old timeline: the timelines are compared.
broken() {
    [ -e "$ready" ] || return 1
    primary_answers || return 1
    [ -z "$(ip -o addr show to "$vip")" ] || return 1
    tries=15
    while [ "$tries" -gt 0 ]; do
        timeline=$(psql -XAtq -h "$vip" -U probe -d lab -c \
            "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int" 2>/dev/null)
        follows=$(local_sql "select pg_is_in_recovery() and exists
            (select from pg_stat_wal_receiver where status = 'streaming' and received_tli = ${timeline:-0})")
        [ "$follows" != t ] || return 1
        tries=$((tries - 1))
        sleep 1
    done
}

# While the node is in maintenance, the cluster does not look at its server.
repair() {
    set -e
    crm_attribute -q -N "$name" -n maintenance -v true
    trap 'crm_attribute -q -N "$name" -n maintenance -D; crm_resource --cleanup -r pgsqld -N "$name" >/dev/null 2>&1' EXIT
    server -m immediate stop 2>/dev/null || true
    copy_from "$vip"
    server start  # the monitor that runs after the maintenance must find it
}
