"""Every primitive of a CIB is found: alone, in a group, in a clone, from a template."""

from __future__ import annotations

from cluster.members import members

CIB = """<cib><configuration><resources>
<template id="T" class="ocf" provider="heartbeat" type="IPaddr2">
  <meta_attributes id="tm"><nvpair id="tm1" name="resource-stickiness" value="7"/></meta_attributes>
  <operations><op id="to" name="monitor" interval="10s" timeout="20s"/>
  <op id="ts" name="start" interval="0" timeout="9s"/></operations>
</template>
<primitive id="ip" template="T">
  <instance_attributes id="i"><nvpair id="i1" name="ip" value="172.16.100.11"/></instance_attributes>
  <operations><op id="io" name="start" interval="0" timeout="33s"/></operations></primitive>
<primitive id="lost" template="none"/>
<clone id="c"><group id="g"><primitive id="web" class="systemd" type="httpd"/></group></clone>
</resources></configuration></cib>"""


def test_the_members_of_a_configuration() -> None:
    ip, lost, web = members(CIB)
    assert ip.primitive.agent == "ocf:heartbeat:IPaddr2"
    assert ip.primitive.attributes == {"ip": "172.16.100.11"}
    assert ip.primitive.meta == {"resource-stickiness": "7"}
    assert ip.primitive.monitor == "10s"
    assert ip.primitive.timeouts == {"monitor": "20s", "start": "33s"}, (
        "its own operation comes before the template's"
    )
    assert lost.primitive.agent == "template none"
    assert (web.ids, web.cloned) == (("web", "g", "c"), True)
    assert members("<cib/>") == ()
