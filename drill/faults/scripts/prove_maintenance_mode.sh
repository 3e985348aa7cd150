#!/bin/sh
# The cluster shows every resource as unmanaged (crm_mon(8)).
crm_mon -X -r | awk '
    /<resource / { all++ }
    /<resource .*managed="false"/ { unmanaged++ }
    END { if (all && all == unmanaged) print "yes" }'
