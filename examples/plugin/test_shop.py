from pytest_ha_lab.building_blocks import Await, Call, Inject


def test_a_crash_of_corosync(drill):
    drill("corosync-kill")


def test_orders_are_taken_while_a_node_is_away(drill, ha_lab):
    def order():
        assert ha_lab.fetch(), "the shop takes no orders"

    seen = drill(Inject("standby"), Await("serving_from:peer"), Call(order))
    assert seen.longest.most < 10, "the shop may be closed for ten seconds at most"
