"""Scripts of the steps, run for real in dash and bash with stand-ins for a node's programs."""

from __future__ import annotations

import pytest

from cluster.corosync_conf import keygen
from inventory.platforms.base import CorosyncGeneration
from inventory.remote.script import script
from tests.support.shell_sandbox import SHELLS, Sandbox

PAGE = "<h1>Node1.magedu.com</h1>"
OLD_CURL = """
case " $* " in
    *" --retry-connrefused "*) echo "curl: option --retry-connrefused: is unknown" >&2; exit 2 ;;
esac
echo try >>"{root}/tries"
[ $(wc -l <"{root}/tries") -gt 2 ] || exit 7
echo "<h1>Node1.magedu.com</h1>"
"""
OLD_KEYGEN = 'echo key >>"{root}/authkey"'
"""corosync-keygen of 1.4 looks at no option: it writes a key, whatever its words are."""


def web_server(page: str = PAGE) -> str:
    start, stop = "service httpd start", "service httpd stop"
    return script("provision.steps", "test_web_server", start_web=start, stop_web=stop, page=page, limit=10)


@pytest.mark.parametrize("shell", SHELLS)
def test_an_old_curl_asks_until_the_server_answers(sandbox: Sandbox, shell: str) -> None:
    """curl 7.19 of CentOS 6 has no --retry-connrefused: `up` stopped at step 7."""
    sandbox.answer({"curl": {"runs": OLD_CURL}, "sleep": ""})
    done = sandbox.run(web_server(), shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert (sandbox.root / "tries").read_text().count("try") == 3
    assert sandbox.calls == ["service httpd start", "service httpd stop"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_server_that_serves_another_page_is_stopped_too(sandbox: Sandbox, shell: str) -> None:
    sandbox.answer({"curl": {"runs": OLD_CURL}, "sleep": ""})
    assert sandbox.run(web_server("<h1>Node2.magedu.com</h1>"), shell).returncode == 1
    assert sandbox.calls[-1] == "service httpd stop"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_server_that_never_answers(sandbox: Sandbox, shell: str) -> None:
    sandbox.answer({"curl": {"status": 7}, "sleep": {"does": ":"}})
    assert sandbox.run(web_server(), shell).returncode == 1
    assert sandbox.calls.count("sleep 1") == 10
    assert sandbox.calls[-1] == "service httpd stop"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_server_that_does_not_start_is_not_asked(sandbox: Sandbox, shell: str) -> None:
    sandbox.answer({"service httpd start": {"status": 1}, "curl": {"does": ":"}})
    assert sandbox.run(web_server(), shell).returncode == 1
    assert not any(call.startswith("curl") for call in sandbox.calls)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("generation", ["1.4", "3"])
def test_the_key_is_written_once(sandbox: Sandbox, shell: str, generation: CorosyncGeneration) -> None:
    """The probe `corosync-keygen -h` wrote a key with 1.4, from /dev/random, and the call after it a second one."""
    sandbox.answer({"corosync-keygen": {"does": OLD_KEYGEN}, "mkdir -p /etc/corosync": ""})
    words = " ".join(keygen(generation))
    key = sandbox.root / "authkey"
    done = sandbox.run(script("provision.steps", "make_authkey", authkey=key, keygen=words), shell)
    assert (done.returncode, key.read_text()) == (0, "key\n")
    assert sandbox.calls == [words, "chmod 0400 {root}/authkey", "chown root:root {root}/authkey"]
    assert ("-l" in words) is (generation == "3"), "3 has an option against the wait for entropy"
