#!/bin/sh
# Test the node's web server: start it with its own configuration, request the page, and stop it.
#
# Clients and the cluster do not see it: it has its own PID file and process name, and its own network namespace with the
# floating address. A node that allows no namespace, such as a container, tests it on the loopback address; where
# the cluster's web server already runs there, the page comes from that one, and only the syntax of the configuration is
# tested.
# Prints the page, or "cannot: " and the last output of the server or curl, or "impossible: " and why it cannot be tested.
: "${server:?}"
: "${address:?}"
# Seconds for one answer, and tries with 0.2 s between them.
: "${limit:?}"
: "${tries:?}"
program=$(command -v "$server") || { echo "cannot: there is no program $server"; exit 0; }
if pidof "$server" > /dev/null; then runs=yes; else runs=no; fi
if [ "$runs" = no ]; then
    # The test may have a network of its own, where the port is always free.
    taken=$(ss -ltnp 'sport = :80' 2>/dev/null | tail -n +2 | head -n 1)
    [ -z "$taken" ] || { echo "cannot: port 80 is taken: $taken"; exit 0; }
fi
if unshare -n true 2>/dev/null; then network=own; else network=shared; fi
folder=$(mktemp -d) || exit 0
ln -s "$program" "$folder/tried-server"
# Debian's configuration is written with these variables.
# shellcheck source=/dev/null
if [ -r /etc/apache2/envvars ]; then . /etc/apache2/envvars; fi
if [ -n "${APACHE_RUN_DIR:-}" ]; then mkdir -p "$APACHE_RUN_DIR"; fi
export folder address limit tries

# The test itself, a text for the shell of a network namespace.
serve=$(cat <<'END'
"$folder/tried-server" -X -c "PidFile $folder/pid" > "$folder/server" 2>&1 &
server=$!
while [ "$tries" -gt 0 ]; do
    tries=$((tries - 1))
    page=$(curl -sS -f --max-time "$limit" "http://$address/") && break
    kill -0 $server 2>/dev/null || break
    sleep 0.2
done
kill $server 2>/dev/null
wait $server
printf '%s' "$page"
END
)
if [ "$network" = own ]; then
    unshare -n sh -c "ip link set lo up; ip addr add '$address/32' dev lo; $serve" > "$folder/page" 2> "$folder/said"
elif [ "$runs" = yes ]; then
    "$folder/tried-server" -t > "$folder/server" 2>&1 &&
        for one in 127.0.0.1 "$address"; do
            curl -sS -f --max-time "$limit" "http://$one/" > "$folder/page" 2> "$folder/said" && break
        done
else
    floating=$address
    address=127.0.0.1
    sh -c "$serve" > "$folder/page" 2> "$folder/said"
    if [ ! -s "$folder/page" ] && grep -q "bind to address $floating" "$folder/server"; then
        echo "impossible: it listens on $floating only, which is on the other node"
        rm -rf "$folder"
        exit 0
    fi
fi
if [ -s "$folder/page" ]; then
    cat "$folder/page"
else
    # AH00558 only says that the server does not know its name.
    touch "$folder/said" "$folder/server"
    echo "cannot: $(cat "$folder/said" "$folder/server" | grep -v -e '^$' -e AH00558 | tail -n 1)"
fi
rm -rf "$folder"
