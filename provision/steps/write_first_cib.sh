#!/bin/sh
# Write a CIB with dc-deadtime alone, before the first start of a cluster.
: "${cib:?}"
: "${dc_deadtime:?}"
set -e
cd "$(dirname "$cib")"
cibadmin --empty >seed
CIB_file=$PWD/seed crm_attribute -q -t crm_config -n dc-deadtime -v "$dc_deadtime"
chown hacluster:haclient seed
chmod 600 seed
rm -f "$cib.sig"
mv seed "$cib"
