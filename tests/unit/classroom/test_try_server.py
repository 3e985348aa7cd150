"""The test of a node's web server apart from the cluster, with stand-in programs: with and without a namespace."""

from __future__ import annotations

from typing import Any

from classroom import snapshot
from inventory.remote.script import script
from tests.support.shell_sandbox import Sandbox

FLOATING = "192.0.2.11"
NOBODY: dict[str, Any] = {"pidof": {"status": 1}}
NO_NAMESPACE: dict[str, Any] = {"unshare": {"status": 1}}
SERVES: dict[str, Any] = {"curl": "the page"}
REFUSED: dict[str, Any] = {"curl": {"runs": "echo 'curl: (7) refused' >&2; exit 7"}}
IN_A_NAMESPACE: dict[str, Any] = {"unshare": {"does": 'shift; "$@"'}}


def tried(sandbox: Sandbox, *programs: dict[str, Any], server: str = "exit 0") -> str:
    """Run the test where the web server is a shell text: a link with another name runs it."""
    answers: dict[str, Any] = {"ss": ""}
    for one in programs:
        answers.update(one)
    sandbox.answer(answers)
    (sandbox.root / "bin/httpd").write_text(f"#!/bin/sh\n{server}\n")
    (sandbox.root / "bin/httpd").chmod(0o755)
    text = script(
        snapshot.__package__ or "", "try_server", server="httpd", address=FLOATING, limit=1, tries=2
    )
    return sandbox.run(text).stdout.strip()


def test_in_a_namespace_of_its_own_the_floating_address_is_asked(sandbox: Sandbox) -> None:
    assert tried(sandbox, NOBODY, IN_A_NAMESPACE, SERVES) == "the page"
    assert f"ip addr add {FLOATING}/32 dev lo" in sandbox.calls


def test_without_a_namespace_the_loopback_address_is_asked_and_no_address_is_added(sandbox: Sandbox) -> None:
    asked: dict[str, Any] = {"curl": {"does": "echo the page"}}
    assert tried(sandbox, NOBODY, NO_NAMESPACE, asked) == "the page"
    assert [call for call in sandbox.calls if call.startswith("curl")] == [
        "curl -sS -f --max-time 1 http://127.0.0.1/"
    ]
    assert not [call for call in sandbox.calls if call.startswith("ip ")]


def test_a_server_that_does_not_answer_is_named_with_the_last_words(sandbox: Sandbox) -> None:
    assert tried(sandbox, NOBODY, NO_NAMESPACE, REFUSED) == "cannot: curl: (7) refused"


def test_a_server_that_listens_on_the_floating_address_only_cannot_be_tested_on_the_other_node(
    sandbox: Sandbox,
) -> None:
    server = f"echo 'AH00072: could not bind to address {FLOATING}:80'; exit 1"
    assert tried(sandbox, NOBODY, NO_NAMESPACE, REFUSED, server=server).startswith(
        f"impossible: it listens on {FLOATING}"
    )


def test_where_the_server_runs_its_configuration_is_tested_and_its_page_read(sandbox: Sandbox) -> None:
    assert tried(sandbox, {"pidof": "4711"}, NO_NAMESPACE, SERVES) == "the page"


def test_where_the_server_runs_a_wrong_configuration_on_disk_is_found(sandbox: Sandbox) -> None:
    server = "echo 'Invalid command Lisen'; exit 1"
    assert (
        tried(sandbox, {"pidof": "4711"}, NO_NAMESPACE, SERVES, server=server)
        == "cannot: Invalid command Lisen"
    )


def test_a_port_that_another_program_holds_is_named(sandbox: Sandbox) -> None:
    taken = {"ss": "State Recv-Q\nLISTEN 0 5 *:80 python3"}
    assert (
        tried(sandbox, NOBODY, NO_NAMESPACE, SERVES, taken)
        == "cannot: port 80 is taken: LISTEN 0 5 *:80 python3"
    )


def test_a_program_that_is_not_there_is_named(sandbox: Sandbox) -> None:
    sandbox.answer({"ss": ""})
    text = script(
        snapshot.__package__ or "", "try_server", server="httpd", address=FLOATING, limit=1, tries=2
    )
    assert sandbox.run(text).stdout.strip() == "cannot: there is no program httpd"
