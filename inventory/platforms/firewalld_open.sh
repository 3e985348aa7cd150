#!/bin/sh
# Allow the packets of the cluster and the web server in a running firewalld.
# firewalld's service high-availability: udp 5404 and 5405, tcp 2224, 3121, 5403, 21064.
set -e
case $(systemctl is-active firewalld || true) in
    active | reloading) ;;
    activating) systemctl start firewalld ;; # waits for the start that is under way
    *) exit 0 ;;
esac
for when in --permanent ''; do
    allowed=$(firewall-cmd $when --list-services)
    for name in high-availability http; do
        case " $allowed " in *" $name "*) continue ;; esac
        firewall-cmd -q $when --add-service="$name"
    done
done
