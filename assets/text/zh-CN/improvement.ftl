# 看板
improvement-say = 策划、实施、检查、处置；每循环一次，水平提高一步。
improvement-new = 开立循环
improvement-lane-empty = 没有
improvement-overdue-days = 逾期 { $days } 天
improvement-late-actions = { $count } 项措施逾期
improvement-number = 编号
improvement-closed-on = 关闭日

# 阶段
improvement-phases = 四个阶段
improvement-phase-plan = 策划
improvement-phase-do = 实施
improvement-phase-check = 检查
improvement-phase-act = 处置
improvement-phase-closed = 已关闭
improvement-turn = 第 { $turn } 轮
improvement-wheel = PDCA 第 { $turn } 轮：{ $phase }
improvement-gate-passed = 门已通过

# 策划
improvement-plan-say = 先写清问题与目标，再谈措施。基线由系统按所选时段从指标算出。
improvement-title = 标题
improvement-problem = 问题
improvement-problem-help = 什么地方、从什么时候起、差多少。
improvement-cause = 原因
improvement-cause-help = 可以先空着；进入实施前必须写明。
improvement-target = 目标
improvement-centre = 客服中心
improvement-kpi = 指标
improvement-baseline-from = 基线首日
improvement-baseline-to = 基线末日
improvement-baseline-help = 作为比较起点的时段。
improvement-goal = 目标值
improvement-goal-help = 用指标自己的单位，例如百分数填 85。
improvement-due = 期限
improvement-owner = 负责人
improvement-open = 开立
improvement-opened = 循环 { $what } 已开立。请补充措施。
improvement-opened-on = 开立于
improvement-change-plan = 修改策划
improvement-plan-saved = 策划已保存，基线已重新计算。
improvement-from-signal-title = { $centre }：{ $kpi }（{ $period }）
improvement-from-signal-problem = { $centre } 的{ $kpi }在 { $period } 发出信号。
improvement-baseline-line = 基线 { $value }（{ $from } 至 { $to }）
improvement-goal-line = 目标 { $value }，{ $day } 前
improvement-cause-line = 原因：{ $cause }
improvement-cause-missing = 原因尚未写明
improvement-gate-plan = 开始实施
improvement-gate-plan-needs = 需要：原因、有数据的基线、至少一项措施

# 实施
improvement-actions = 措施
improvement-action = 措施
improvement-ordinal = 序
improvement-state = 状态
improvement-ended-on = 完成
improvement-actions-line = 措施 { $count } 项，{ $ended } 项结束
improvement-no-actions = 还没有措施。
improvement-add-action = 新增措施
improvement-action-added = 措施已新增。
improvement-end-action = 结束第 { $ordinal } 项
improvement-note = 说明
improvement-note-help = 完成了什么，证据在哪里；放弃则写明原因。
improvement-finish = 已完成
improvement-drop = 放弃
improvement-action-done = 措施已完成。
improvement-action-dropped = 措施已放弃，原因已记录。
improvement-acted-line = 自 { $day } 起生效
improvement-acted-on = 措施生效日
improvement-acted-on-help = 从这一天起算“实施之后”。
improvement-gate-do = 开始检查
improvement-gate-do-needs = 需要：全部措施已完成或放弃，以及生效日

# 检查
improvement-check-waits = 等待实施之后的数据
improvement-check-from = 检查首日
improvement-check-to = 检查末日
improvement-check-help = 须在措施生效日之后，且已有数据。
improvement-check-span = 检查期 { $from } 至 { $to }，{ $n } 次来电
improvement-after-met = 实测 { $value }，目标 { $goal }，达到
improvement-after-missed = 实测 { $value }，目标 { $goal }，未达到
improvement-interval-line = 差 { $difference }，95% 区间 { $low } 至 { $high }
improvement-difference = { $value } { $points }
improvement-verdict-better = 实施之后变好：{ $difference }
improvement-verdict-worse = 实施之后变差：{ $difference }
improvement-verdict-unclear = 实施前后看不出变化：{ $difference }
improvement-gate-check = 测量并进入处置
improvement-gate-check-needs = 需要：生效日之后有数据的时段

# 处置
improvement-act-waits = 等待检查结果
improvement-act-kind = 如何处置
improvement-act-standardise = 标准化：写入文件
improvement-act-carry-over = 遗留问题转入下一轮
improvement-act-none = 不作变更
improvement-act-document = 文件编号
improvement-act-document-help = 选“标准化”时必填，例如 WI-03。
improvement-conclusion = 结论
improvement-conclusion-help = 学到了什么；若转入下一轮，写明转入什么。
improvement-gate-act = 关闭循环
improvement-gate-act-needs = 需要：处置方式与结论；标准化须写明文件
improvement-passed = 门已通过。
improvement-closed = 循环已关闭。

# 效果与轮次
improvement-effect = 实施前后
improvement-week = 周（周一）
improvement-contacts = 来电
improvement-chart-title = 按周的指标走势，{ $value } 周
improvement-chart-goal = 目标 { $value }
improvement-chart-acted = 措施生效 { $value }
improvement-turns = 每循环一次，提高一步
improvement-became = 处置
improvement-before = 之前
improvement-after = 之后

# 单位
improvement-in-percent = { $value }%
improvement-in-seconds = { $value } 秒
improvement-in-plain = { $value }
improvement-points-percent = 个百分点
improvement-points-seconds = 秒
improvement-points-plain = 点
improvement-unit-percent = %
improvement-unit-seconds = 秒
improvement-unit-plain = 点

# 问题
problem-cycle-due-early = 期限须晚于基线末日。
problem-cycle-phase = 循环已不在这个阶段。请载入最新内容。
problem-cycle-action-ended = 这项措施已经结束，或循环已过实施阶段。
problem-cycle-needs-cause = 还没有写明原因。请修改策划。
problem-cycle-needs-baseline = 基线时段没有数据。请导入数据，或修改策划中的时段。
problem-cycle-needs-action = 还没有措施。请至少新增一项。
problem-cycle-needs-done = 没有一项措施是完成的，无从检查效果。
problem-cycle-actions-open = 还有 { $count } 项措施未结束。
problem-cycle-future = 不能是将来的日期。
problem-cycle-acted-early = 须晚于基线末日 { $day }。
problem-cycle-check-early = 检查期须从措施生效日 { $day } 起。
problem-cycle-no-data = 这个时段没有数据，无法比较。请先导入数据。
problem-cycle-needs-document = 标准化须写明文件编号。
problem-cycle-unknown-document = 没有编号为 { $code } 的文件。

# 历史
event-cycle-open = { $who } 开立了循环 { $what }
event-cycle-plan = { $who } 修改了 { $what } 的策划
event-cycle-action = { $who } 为 { $what } 新增了措施“{ $action }”
event-cycle-action-done = { $who } 完成了 { $what } 的措施“{ $action }”
event-cycle-action-dropped = { $who } 放弃了 { $what } 的措施“{ $action }”
event-cycle-do = { $who } 使 { $what } 进入实施
event-cycle-check = { $who } 使 { $what } 进入检查
event-cycle-act = { $who } 测量了 { $what } 的结果，进入处置
event-cycle-close = { $who } 关闭了循环 { $what }
