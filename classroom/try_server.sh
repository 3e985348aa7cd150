#!/bin/sh
# Test the node's web server: start it with its own configuration, request the page, and stop it.
#
# Clients and the cluster do not see it: it has its own network namespace, PID file and process name.
# Prints the page, or "cannot: " and the last output of the server or curl, or "impossible: " and why it cannot be tested.
: "${server:?}"
: "${address:?}"
# Seconds for one answer, and tries with 0.2 s between them.
: "${limit:?}"
: "${tries:?}"
program=$(command -v "$server") || { echo "cannot: there is no program $server"; exit 0; }
if ! pidof "$server" > /dev/null; then
    # The test below has a network of its own, where the port is always free.
    taken=$(ss -ltnp 'sport = :80' 2>/dev/null | tail -n +2 | head -n 1)
    [ -z "$taken" ] || { echo "cannot: port 80 is taken: $taken"; exit 0; }
fi
unshare -n true 2>/dev/null || { echo "impossible: the node allows no network namespace"; exit 0; }
folder=$(mktemp -d) || exit 0
ln -s "$program" "$folder/tried-server"
# Debian's configuration is written with these variables.
# shellcheck source=/dev/null
if [ -r /etc/apache2/envvars ]; then . /etc/apache2/envvars; fi
if [ -n "${APACHE_RUN_DIR:-}" ]; then mkdir -p "$APACHE_RUN_DIR"; fi
export folder address limit tries
unshare -n sh -s > "$folder/page" 2> "$folder/said" <<'END'
ip link set lo up
ip addr add "$address/32" dev lo
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
if [ -s "$folder/page" ]; then
    cat "$folder/page"
else
    # AH00558 only says that the server does not know its name.
    echo "cannot: $(cat "$folder/said" "$folder/server" | grep -v -e '^$' -e AH00558 | tail -n 1)"
fi
rm -rf "$folder"
