"""A text is recognized by the message that it was made from, and shown with its values."""

from __future__ import annotations

import pytest

from language.extraction import texts
from language.translator import Translator

MESSAGES = {
    "{name}: outage {seen}{predicted}{more}": "{name}：中断 {seen}{predicted}{more}",
    ", predicted {summary}": "，预测 {summary}",
    "{low} to {high} s": "{low} 到 {high} s",
    "{summary} after the heal": "恢复之后 {summary}",
    "expected {expected}; {verb}: {seen}": "应为：{expected}；{verb}：{seen}",
    "no outage longer than the budget of {limit} s": "没有超过上限 {limit} s 的中断",
    "seen": "实际",
    "none": "无",
    "found {value}; allowed: {allowed}": "写的是 {value}；允许：{allowed}",
    "line {line}: ": "第 {line} 行：",
    "a whole number from {low} to {high}{what}": "{low} 到 {high} 的整数{what}",
    " (did you mean {match}?)": "（是不是想写 {match}？）",
    "{count} of {node}": "{node} 的 {count} 个",
    "keep-alive connection": "长连接",
    "The lab is healthy.": "实验环境健康。",
    "nothing holds {address}, so {address} is free": "没有谁持有 {address}，因此 {address} 空闲",
}


@pytest.mark.parametrize(
    ("english", "shown"),
    [
        ("nothing: outage none, predicted 0.00 to 2.00 s", "nothing：中断 无，预测 0.00 到 2.00 s"),
        ("freeze: outage 7.95 to 8.08 s, predicted 6 to 12 s; 3 to 4 s after the heal",
         "freeze：中断 7.95 到 8.08 s，预测 6 到 12 s；恢复之后 3 到 4 s"),
        ("expected no outage longer than the budget of 3 s; seen: none", "应为：没有超过上限 3 s 的中断；实际：无"),
        ("  line 3: corosync.token_ms: found 5; allowed: a whole number from 100 to 60000 (did you mean token?)",
         "  第 3 行：corosync.token_ms：写的是 5；允许：100 到 60000 的整数 （是不是想写 token？）"),
        ("keep-alive connection 0.25 to 0.35 s", "长连接 0.25 到 0.35 s"),
        ("The lab is healthy. The lab is healthy.", "实验环境健康。实验环境健康。"),
        ("The lab\n  is   healthy.", "实验环境健康。"),
        ("nothing holds 10.0.0.1, so 10.0.0.1 is free", "没有谁持有 10.0.0.1，因此 10.0.0.1 空闲"),
        ("nothing holds 10.0.0.1, so 10.0.0.2 is free", "nothing holds 10.0.0.1, so 10.0.0.2 is free"),
        # What no message was made from stays as it is, also when a weak message such as `{count} of {node}` fits.
        ("A text that nobody in this room of the house knows, and nobody out of that long row of other houses", None),
        ("  | 3 of node1", None),
        ("$ crm_mon -1", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_text_is_shown(english: str, shown: str | None) -> None:
    assert Translator(MESSAGES).show(english) == (english if shown is None else shown)


def test_a_translated_text_is_not_translated_again() -> None:
    translator = Translator(MESSAGES)
    for english in MESSAGES:
        once = translator.show(english)
        assert translator.show(once) == once


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('f"There is no machine {name!r}."', ["There is no machine {name}."]),
        ('f"{a.alias} and {b.alias} are here"', ["{alias} and {alias2} are here"]),
        ("""f"{n} node{'s' if n > 1 else ''} left" """, ["{n} node left", "{n} nodes left"]),
        ('"one text, " + f"and {more}"', ["one text, and {more}"]),
        ("""f"The nodes: {', '.join(one.alias for one in nodes)}" """, ["The nodes: {alias}"]),
        ('table("node", "runs on")', ["node", "runs on"]),
        ('marked("online")', ["online"]),
        ('log.note("not for people here")', []),
        ('x == "not shown to people"', []),
        ('re.compile("not shown to people")', []),
        ('"grep -q something /etc/hosts"', []),
        ('"""A docstring of a module."""', []),
    ],
)
def test_the_messages_of_a_source(source: str, messages: list[str]) -> None:
    assert sorted(one.text for one in texts(source)) == sorted(messages)


def test_a_joined_result_is_divided_where_no_english_is_left() -> None:
    """The separator and the first words of the second statement looked like a known message."""
    translator = Translator(
        {
            "healed at {heal} s, none until {end} s": "{heal} s 时恢复，直到 {end} s 没有",
            "; {what} at {at} s": "；{what}，{at} s 时",
            "{what} at {at} s": "{what}，{at} s 时",
        }
    )
    one, other = "healed at 1.00 s, none until 3.00 s", "healed at 4.00 s, none until 6.00 s"
    assert (
        translator.show(f"{one}; {other}")
        == "1.00 s 时恢复，直到 3.00 s 没有；4.00 s 时恢复，直到 6.00 s 没有"
    )
