#!/bin/sh
# Make the witness's own keys and certificates anew, with its own tool (corosync-qnetd-certutil(8)). Only root and the
# service's user may read them.
: "${database:?}"
: "${user:?}"
set -e
rm -rf "$database"
corosync-qnetd-certutil -i -G >/dev/null
chgrp -R "$user" "$database"
chmod -R u=rwX,g=rX,o= "$database"
