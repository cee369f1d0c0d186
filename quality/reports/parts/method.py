"""How a report's figures are made: told at its end."""

from __future__ import annotations

from hw.messages import Message
from quality.reports.facts import Facts


def told(facts: Facts) -> tuple[Message, ...]:
    """In the reader's words."""
    form, zone = facts.form, facts.box.timezone
    return (
        Message(
            f"Days are those of {zone}; a call belongs to the day it started. All figures are added up from the daily detail by "
            "day, group and agent, so that groups, days and reports agree to the last call.",
            f"日期按 {zone} 时区，通话归入其开始的那一天。所有数据均由每日明细（按日、班组、座席）汇总，各报告合计一致。",
        ),
        Message(
            "“–”: not known (nothing reviewed, analysed or recorded); it is not 0 and no mean counts it.",
            "“–”表示未知（没有评审、分析或录音），不等于 0，也不计入平均。",
        ),
        Message(
            "Listened to: calls reviewed by a person; of each call the review that holds counts. Pass rate: those that reached "
            f"their form's pass line (form {form.id} {form.version}: {form.pass_line:g}); a confirmed taboo makes a total 0.",
            "监听量：人工评审过的通话，每通取最新一次。合格率：达到所用评分表合格线的占比"
            f"（评分表 {form.id} {form.version}：{form.pass_line:g} 分）；判定服务禁忌的通话总分为 0。",
        ),
        Message(
            "A problems: taboos people found (auto-fail). B: items with the form's worst grade. C: items below fair (合格) that "
            "are not the worst.",
            "A 类问题：人工判定的服务禁忌（一票否决）；B 类：评为最差一级（差）的项目；C 类：低于“合格”但非最差（稍差）的项目。",
        ),
        Message(
            "A problem is common when at least 15 % of a group's calls listened to have it (one standard error taken off), in at "
            "least a third of its agents; individual when 25 % and at least three of an agent's calls have it, or when the agent's "
            "calls are 4 standard errors worse than the group's. “Improved” and “worse” are said of changes beyond 3 standard "
            "errors only.",
            "共性问题：本组监听通话中至少 15 %（扣除一个标准误）存在，且涉及至少三分之一的座席；"
            "个性问题：该座席监听通话中至少 25 % 且不少于 3 通存在，或整体差于本组 4 个标准误。"
            "“改善”“变差”仅用于超过 3 个标准误的变化。",
        ),
        Message(
            "Compliance, experience, risk: 0–100, 100 is best; means over the analysed calls. Machine form score: the form's items "
            "the machine can judge; a suggestion, not a person's grade.",
            "合规分、体验分、风险分：0–100，100 为最好，按已分析通话平均。"
            "机器表单分：机器有依据的项目折算，仅为建议，不能代替人工评分。",
        ),
        Message(
            "Worst and best calls: by the mean of the three scores; best calls last at least 15 s.",
            "最差与最佳通话：按三项分数的平均值；最佳通话时长不少于 15 秒。",
        ),
    )
