"""Who may ask: the address, the origin and the token, without a server."""

from __future__ import annotations

import hmac

import pytest

from watch.web import access
from watch.web.access import Access, Question

TOKEN = "right-and-long-enough-token"
LOOPBACK, HERE, SIX = ("127.0.0.1", 8400), ("192.0.2.7", 8400), ("::1", 8400)


def asked(
    host: str | tuple[str, ...] = "127.0.0.1:8400",
    origin: str | None = None,
    token: str = TOKEN,
    arrived: tuple[str, int] = LOOPBACK,
    *,
    changes: bool = False,
) -> Question:
    hosts = (host,) if isinstance(host, str) else host
    return Question(hosts, () if origin is None else (origin,), token, arrived, changes)


@pytest.mark.parametrize(
    ("host", "arrived"),
    [
        ("127.0.0.1:8400", LOOPBACK),
        ("localhost:8400", LOOPBACK),
        ("LOCALHOST:9000", LOOPBACK),  # ssh -L 9000:127.0.0.1:8400
        ("[::1]:8400", SIX),
        ("localhost", LOOPBACK),
        ("192.0.2.7:8400", HERE),
        ("192.0.2.7:8400", ("::ffff:192.0.2.7", 8400)),
        ("192.0.2.7", ("192.0.2.7", 80)),
    ],
)
def test_the_address_of_the_connection_is_answered(host: str, arrived: tuple[str, int]) -> None:
    assert Access(TOKEN).refusal(asked(host, arrived=arrived)) == ""


@pytest.mark.parametrize(
    ("host", "arrived"),
    [
        ("attacker.example:8400", LOOPBACK),  # its name leads to 127.0.0.1: DNS rebinding
        ("attacker.example", HERE),
        ("127.0.0.1.attacker.example:8400", LOOPBACK),
        ("localhost.attacker.example:8400", LOOPBACK),
        ("192.0.2.8:8400", HERE),
        ("192.0.2.7:8401", HERE),
        ("192.0.2.7:8400", LOOPBACK),
        ("127.0.0.1:8400", HERE),
        ("localhost:8400", HERE),
        ("user@127.0.0.1:8400", LOOPBACK),
        ("127.0.0.1:8400/path", LOOPBACK),
        ("127.0.0.1:port", LOOPBACK),
        ("127.0.0.1:99999", LOOPBACK),
        ("0.0.0.0:8400", LOOPBACK),
        ("2130706433:8400", LOOPBACK),  # 127.0.0.1 as one number
        ("", LOOPBACK),
        ("[::1", SIX),
        ((), LOOPBACK),
        (("127.0.0.1:8400", "127.0.0.1:8400"), LOOPBACK),
        (("127.0.0.1:8400", "attacker.example"), LOOPBACK),
    ],
)
def test_another_name_and_a_second_host_header_are_refused(
    host: str | tuple[str, ...], arrived: tuple[str, int]
) -> None:
    assert Access(TOKEN).refusal(asked(host, arrived=arrived)) == access.OTHER_HOST


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize(
    "origin",
    [
        "http://attacker.example",
        "null",
        "",
        "https://127.0.0.1:8400",
        "http://127.0.0.1:9000",
        "http://127.0.0.1:8400.x",
    ],
)
def test_another_origin_is_refused(origin: str, changes: bool) -> None:
    assert Access(TOKEN, control=True).refusal(asked(origin=origin, changes=changes)) == access.OTHER_ORIGIN


def test_what_changes_something_needs_an_origin_a_token_and_the_permission() -> None:
    own = "http://127.0.0.1:8400"
    assert Access(TOKEN, control=True).refusal(asked(origin=own, changes=True)) == ""
    assert Access(TOKEN, control=True).refusal(asked(changes=True)) == access.OTHER_ORIGIN
    assert Access(TOKEN).refusal(asked(origin=own, changes=True)) == access.READ_ONLY
    two = Question(("127.0.0.1:8400",), (own, own), TOKEN, LOOPBACK, changes=True)
    assert Access(TOKEN, control=True).refusal(two) == access.OTHER_ORIGIN


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ü"])
def test_a_wrong_token_is_refused(token: str) -> None:
    assert Access(TOKEN).refusal(asked(token=token)) == access.WRONG_ADDRESS
    assert Access("").refusal(asked(token=token)) == "", "without a token none is asked for"


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    Access(TOKEN).refusal(asked(token="wrong"))
    assert compared == [(TOKEN.encode(), b"wrong")]
