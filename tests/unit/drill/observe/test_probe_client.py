"""What a probe can ask beside a page, against servers and programs of this machine."""

from __future__ import annotations

import shutil
import socket
import struct
import sys
import threading
import time
from dataclasses import replace

import pytest

from drill.observe.http_probe import Probe, ProbeSettings
from drill.observe.probe_client import client, of_lab
from drill.record.timeline import Sample
from inventory import waiting
from inventory.model import Lab
from inventory.probes import ProbeRequest
from inventory.waiting import CLOCK
from tests.support.example_lab import NODE2, example_lab
from tests.support.sql_server import HERE, LET_IN, READY, Script, error, message, row, serving
from tests.support.web_server import closed_port

NODES = example_lab().nodes


def database(*answers: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        started = connection.recv(1000)
        assert b"user\0probe\0database\0lab\0" in started
        connection.sendall(answers[0])
        for answer in answers[1:]:
            if not connection.recv(1000):
                return
            connection.sendall(answer)
        connection.recv(1000)

    return script


def sql(port: int) -> ProbeRequest:
    return ProbeRequest("sql", port, database="lab", user="probe", query="select 1")


@pytest.mark.parametrize(
    ("answers", "outcome", "page", "detail"),
    [
        ([LET_IN, row(b"node2") + READY], "ok", NODE2, ""),
        ([LET_IN, row(b"1") + READY], "ok", "", ""),
        ([LET_IN, message(b"D", struct.pack("!hi", 1, -1)) + READY], "ok", "", ""),
        ([LET_IN, error(b"ERROR", b"25006", b"read-only") + READY], "failed", "", "25006 read-only"),
        (
            [error(b"FATAL", b"57P03", b"the database system is starting up")],
            "failed",
            "",
            "57P03 the database",
        ),
        ([message(b"R", struct.pack("!i", 10) + b"SCRAM")], "failed", "", "asks for a password"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "failed", "", "not PostgreSQL's protocol"),
        ([LET_IN, b""], "timeout", "", "timed out"),
    ],
)
def test_a_query(answers: list[bytes], outcome: str, page: str, detail: str) -> None:
    with serving(database(*answers)) as port:
        one = client(sql(port), HERE, NODES, {}, 0.5, fresh=True)
        began = time.monotonic()
        answer = one.ask()
        assert (answer.outcome, answer.page) == (outcome, page), answer
        assert detail in answer.detail
        assert time.monotonic() - began < 5


def test_a_server_that_sends_single_bytes_does_not_make_a_query_longer_than_its_limit() -> None:
    stop = threading.Event()

    def slowly(connection: socket.socket) -> None:
        connection.recv(1000)
        for byte in LET_IN:
            if stop.wait(0.1):
                return
            connection.sendall(bytes([byte]))

    with serving(slowly) as port:
        began = time.monotonic()
        answer = client(sql(port), HERE, NODES, {}, 0.4, fresh=True).ask()
        stop.set()
        assert answer.outcome == "timeout"
        assert time.monotonic() - began < 2


def test_a_kept_connection_is_opened_once_and_again_after_a_failure() -> None:
    with serving(database(LET_IN, row(b"node1") + READY, row(b"node1") + READY, b"")) as port:
        one = client(sql(port), HERE, NODES, {}, 0.5, fresh=False)
        assert [one.ask().opened for _ in range(2)] == [True, False]
        assert one.ask().outcome == "timeout"
        again = one.ask()
        assert again.opened
        one.close()


def test_a_connection() -> None:
    with serving(lambda connection: None) as port:
        assert client(ProbeRequest("tcp", port), HERE, NODES, {}, 0.5, fresh=True).ask().outcome == "ok"
    refused = client(ProbeRequest("tcp", closed_port()), HERE, NODES, {}, 0.5, fresh=True).ask()
    assert refused.outcome == "refused"


@pytest.mark.parametrize(
    ("command", "outcome", "page", "detail"),
    [
        (("sh", "-c", "echo node2; test $1 = 127.0.0.1", "sh", "{vip}"), "ok", NODE2, ""),
        (("true",), "ok", "", ""),
        (("sh", "-c", "echo no >&2; exit 3"), "failed", "", "exit 3: no"),
        (("sleep", "30"), "timeout", "", "no answer within 0.5 s"),
        (("/nonexistent/program",), "failed", "", "exit 127"),
    ],
)
def test_a_command(command: tuple[str, ...], outcome: str, page: str, detail: str) -> None:
    answer = client(ProbeRequest("command", 0, command=command), HERE, NODES, {}, 0.5, fresh=True).ask()
    assert (answer.outcome, answer.page) == (outcome, page)
    assert detail in answer.detail


def with_probe(request: ProbeRequest) -> Lab:
    lab = example_lab(vip=HERE)
    return replace(lab, drill=replace(lab.drill, probe=request))


def test_the_probe_asks_what_lab_yaml_says_at_its_rate() -> None:
    samples: list[Sample] = []
    with serving(database(LET_IN, row(b"node2") + READY)) as port:
        lab = with_probe(sql(port))
        assert of_lab(lab).ask().page == NODE2
        settings = ProbeSettings.of(lab)
        assert (settings.url, settings.keepalive_hz) == (f"postgresql://probe@127.0.0.1:{port}/lab", 20)
        began = time.monotonic()
        one = Probe(
            replace(settings, keepalive_hz=0, longest=20), lambda: time.monotonic() - began, samples.append
        )
        with one:
            waiting.until(
                lambda: [sample for sample in list(samples) if sample.good],
                lambda good: len(good) >= 10,
                "ten good answers",
                deadline=20,
                clock=CLOCK,
                every=0.02,
            )
    assert {sample.page for sample in samples if sample.good} == {NODE2}


@pytest.mark.parametrize("kind", ["tcp", "command"])
def test_what_has_no_connection_to_keep_has_no_second_client(kind: str) -> None:
    request = (
        ProbeRequest("tcp", 25)
        if kind == "tcp"
        else ProbeRequest("command", 0, command=(sys.executable, "-V"))
    )
    assert ProbeSettings.of(with_probe(request)).keepalive_hz == 0


def test_the_document_s_probe_asks_for_a_page_as_ever() -> None:
    settings = ProbeSettings.of(example_lab())
    assert settings.url == "http://172.16.100.11/"
    assert settings.keepalive_hz == 20
    assert shutil.which("sh"), "the commands above need it"
