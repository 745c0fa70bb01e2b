# 控制图：种类、判异规则、阶段，以及控制限与目标合起来说明什么。

kpis-control = 控制图
kpis-control-points = 取点
kpis-points-day = 按日
kpis-points-week = 按周
kpis-points-month = 按月
kpis-control-about = 控制图，信号 { $signals } 个；下表为同样的数据。
kpis-control-caption = 实线为中心线和控制限，来自过程本身；虚线为目标，点线为允许范围的边界，均由管理层设定。菱形点违反其旁所标编号的规则。
kpis-control-without = 点数不足或各点没有差别，尚无控制限：需要二十个点，十二个点可作暂定。
kpis-control-none = 这段时间没有数据。
kpis-control-read-by = 控制图
kpis-control-rules = 判异规则
kpis-line-range = 底线

kpis-chart-auto = 按数据自动选择
kpis-chart-p = p 图（比率）
kpis-chart-p-prime = p′ 图（Laney，比率）
kpis-chart-u = u 图（单位缺陷数）
kpis-chart-u-prime = u′ 图（Laney，单位缺陷数）
kpis-chart-c = c 图（计数）
kpis-chart-xmr = XmR 图（单值）
kpis-chart-xbar-s = X̄-S 图（子组）
kpis-chart-g = g 图（罕见事件间隔件数）
kpis-chart-t = t 图（罕见事件间隔天数）
kpis-chart-ewma = EWMA 图（小幅漂移）

kpis-limits-frozen = 控制限已冻结，取自 { $from } 至 { $to } 的 { $points } 个点。
kpis-limits-frozen-few = 控制限已冻结，但只取自 { $from } 至 { $to } 的 { $points } 个点，满二十个点之前为暂定。
kpis-limits-rolling = 暂定控制限，取自 { $from } 至 { $to } 的 { $points } 个点；冻结之前随时间滚动。
kpis-limits-few = 暂定控制限，只取自 { $from } 至 { $to } 的 { $points } 个点，不会在“我的工作”中发出信号。
kpis-limits-own = 此前的点不足，暂定控制限取自图中的 { $points } 个点本身，不会在“我的工作”中发出信号。
kpis-limits-aside = 自 { $day } 起的冻结限在此不适用：当时指标的算法不同。
kpis-state-frozen = 已冻结
kpis-state-provisional = 暂定

kpis-quadrant-in-quiet = 在允许范围内，无信号：不要干预
kpis-quadrant-in-quiet-do = 过程达到管理层的要求，波动也一如既往。针对个别点作出反应只会使过程变差。
kpis-quadrant-in-signal = 在允许范围内，但有信号：查找原因
kpis-quadrant-in-signal-do = 一定有所不同，即使是好的变化。查明原因：有益的保持，有害的消除。
kpis-quadrant-out-quiet = 超出允许范围，但无信号：系统本身能力不足
kpis-quadrant-out-quiet-do = 并无特殊情况，过程就是如此。应通过 PDCA 循环改进系统，而不是追究个人。
kpis-quadrant-out-signal = 超出允许范围，且有信号：不符合
kpis-quadrant-out-signal-do = 控制影响，查明原因，予以纠正。

kpis-rule-numbered = { $number }·{ $name }
kpis-rule-trend = 连续六点上升或下降
kpis-rule-alternating = 连续十四点上下交替
kpis-rule-two-of-three = 三点中有两点在同侧 2σ 以外
kpis-rule-four-of-five = 五点中有四点在同侧 1σ 以外
kpis-rule-within = 连续十五点在 1σ 以内
kpis-rule-outside = 连续八点在 1σ 以外
kpis-rule-run-of-eight = 连续八点在中心线一侧
kpis-rule-gate = 一票否决：月度结果超出范围
kpis-rule-trend-about = 连续六点上升或下降：有某种因素在磨损、积累或熟练。
kpis-rule-alternating-about = 连续十四点上下交替：两种来源轮流出现，或有人调整过度。
kpis-rule-two-of-three-about = 三点中有两点在同侧两倍标准差以外：过程即将偏移。
kpis-rule-four-of-five-about = 五点中有四点在同侧一倍标准差以外：过程有小幅偏移。
kpis-rule-within-about = 连续十五点紧靠中心线：控制限过宽，或数据被平滑。
kpis-rule-outside-about = 连续八点在两侧远离中心线：一张图中混有两种过程。
kpis-rule-run-of-eight-about = 连续八点位于中心线的同一侧：过程已经偏移。
kpis-rule-gate-about = 不论总分多少，这一结果都不允许出现。在说明原因或开立循环之前，一直作为不符合保留。
kpis-signal-dated = { $chart }，规则 { $number }；信号记在该规则窗口的最后一点。

kpis-happened = 期间发生的事
kpis-owner = 责任人

kpis-phases = 阶段
kpis-phases-see = 阶段与控制限
kpis-phases-note = 控制限只在新阶段中重新计算，并须写明理由
kpis-phases-none = 尚未冻结控制限。
kpis-phase-starts = 起用日期
kpis-phase-baseline = 基准期
kpis-phase-points = 点数
kpis-phase-centre = 中心线
kpis-phase-reason = 理由
kpis-phase-by = 冻结人
kpis-phase-label = 第 { $number } 阶段·{ $points } 点
kpis-phase-label-provisional = 暂定·{ $points } 点
kpis-phase-new = 冻结控制限
kpis-phase-new-note = 适用于上面所选的取点方式；此前的判定保持不变
kpis-phase-baseline-from = 基准期起
kpis-phase-baseline-to = 基准期止
kpis-phase-baseline-help = 二十个点以上，十二个点为暂定；只取过程与现在一致的日子。
kpis-phase-starts-on = 起用日期
kpis-phase-starts-help = 新阶段的第一天；判异规则从这一天重新计点。
kpis-phase-reason-help = 过程发生了什么变化，如何验证。
kpis-phase-freeze = 冻结
kpis-phase-frozen = 控制限已冻结
kpis-phase-suggested = { $closed } 有循环关闭，且中心线一侧的连续点到 { $run } 为止：若新水平已经验证，请为其冻结控制限。

kpis-gates = 未关闭的一票否决项
kpis-gates-note = 不论总分多少，在说明原因或开立循环之前一直保留
kpis-gates-fallen = 一票否决项与超限项
kpis-gates-fallen-note = 发布时已超出允许范围，不论总分多少均属不符合

kpid-chart = 控制图
kpid-chart-rules = 判异规则
kpid-chart-rules-help = 填规则编号，例如 1, 2, 5；留空则用常规规则：比率和计数用 1、2，计量值另加 5。规则越多，误报越多。
kpid-chart-rules-all = 规则及其编号
kpid-chart-rules-usual = 常规规则
kpid-points = 每个点代表
kpid-points-help = 按此时间单位发出信号。按月入账的数据选“按月”：一个月的成本除以一天的请求数没有意义。
kpid-split = 工作日与周末分开作图
kpid-split-help = 数据有周内规律时，不分开就会被控制限掩盖。
kpid-gate = 一票否决
kpid-gate-help = 月度结果超出允许范围即为不符合，不论总分多少，也不论样本多少。
kpid-gate-yes = 月度结果超出范围即否决
kpid-owner = 责任人
kpid-owner-help = 岗位或部门，显示在其信号旁。
kpid-set-chart = 控制图与信号
kpid-set-chart-note = 如何判读各点

problem-kpi-definition-points = 每个点只能代表一日、一周或一月，请从列表中选择。
problem-kpi-definition-chart = 这种方法的结果不能画成该控制图：“{ $chart }”
problem-kpi-definition-rules = “{ $value }”不是规则编号，请填 1 至 8 或 we4
problem-kpi-phase-few = 基准期只有 { $points } 个点有数据，至少需要 { $least } 个
problem-kpi-phase-flat = 基准期的 { $points } 个点没有差别，算不出控制限（至少需要 { $least } 个有波动的点）
problem-kpi-phase-long = 基准期最长 { $days } 天
problem-kpi-phase-early = 控制限不能用于基准期开始日 { $day } 之前
problem-kpi-phase-order = 上一阶段从 { $day } 开始，新阶段必须更晚

event-kpi-phase = { $who } 冻结了 { $what } 自 { $from } 起的控制限

work-rule-gate = { $centre } { $period } 触发一票否决：超出允许范围
work-rule-trend = { $centre } { $period } 连续六点上升或下降
work-rule-alternating = { $centre } { $period } 连续十四点上下交替
work-rule-two-of-three = { $centre } { $period } 三点中有两点在同侧 2σ 以外
work-rule-four-of-five = { $centre } { $period } 五点中有四点在同侧 1σ 以外
work-rule-within = { $centre } { $period } 连续十五点在 1σ 以内
work-rule-outside = { $centre } { $period } 连续八点在 1σ 以外
work-rule-run-of-eight = { $centre } { $period } 连续八点在中心线同一侧
work-signal-owner = 责任人：{ $owner }

kpis-agents = 个人结果
kpis-agents-see = 个人结果（漏斗图）
kpis-agents-about = 取自留存文件，只用化名，仅供管理本中心指标的人员查看。按化名排列：漏斗之内的差别属于偶然，排名只会奖惩偶然。
kpis-agents-column = 人员列
kpis-agents-none = 该指标的数据文件中没有人员列
kpis-agents-none-about = 在读取说明的 personal 中列出人员列，即以化名带入。
kpis-agents-by-channel = 本口径按全中心各渠道的业务量加权，没有个人结果；要看个人，请用不加权的口径。
kpis-agents-few = 这段时间没有个人结果，或结果不适合作漏斗图。
kpis-agents-funnel = 漏斗图
kpis-agents-outside = 漏斗之外 { $count } 人
kpis-agents-all = 合计
kpis-agents-people = 共 { $count } 人
kpis-agents-caption = 每点为一人：越靠右样本越多，界限越窄。横线为合计结果，界限为其上下三倍标准差。落在界外的，先看工作条件。
kpis-agents-picture = { $people } 人的漏斗图，{ $flagged } 人在三倍标准差之外；下表为同样的数据。
kpis-agents-person = 化名
kpis-agents-n = 样本量
kpis-agents-out = 界外
kpis-agents-large = { $file } 超过 64 MB，未计入。

problem-kpi-agents-column = 该指标的数据文件中没有名为“{ $value }”的人员列
