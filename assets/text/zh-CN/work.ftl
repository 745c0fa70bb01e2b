# 我的工作

work-title = 我的工作
work-tabs = 范围
work-mine = 待办
work-done = 已办
work-weekday = { $day ->
    [1] 星期一
    [2] 星期二
    [3] 星期三
    [4] 星期四
    [5] 星期五
    [6] 星期六
   *[7] 星期日
}
work-sum-late = 逾期
work-sum-week = 七天内到期
work-sum-others = 等待他人
work-sum-signals = 未解释信号
work-group-approve = 待批准
work-group-review = 待审核
work-group-returned = 被退回
work-group-signals = 待解释的信号
work-group-actions = 待完成的措施
work-group-watched-signals = 各中心的信号
work-group-late-actions = 各中心逾期的措施
work-group-records = 待填完的记录
work-group-drafts = 我的文件草稿
work-oldest = 最早已等 { $days } 天
work-begun = 最早始于 { $days } 天前
work-late = 逾期 { $days } 天
work-left = 剩 { $days } 天
work-today = 今天到期
work-verb-approve = 批准
work-verb-review = 审核
work-verb-revise = 修改
work-verb-go-on = 续写
work-verb-explain = 解释
work-verb-look = 查看
work-verb-do = 完成
work-verb-fill-in = 填完
work-rule-range = { $centre } { $period } 超出允许范围
work-rule-beyond = { $centre } { $period } 超出控制限
work-rule-run = { $centre } { $period } 连续九点在中心线同一侧
work-signal-note = 可说明原因，或开立 PDCA 循环
work-nothing = 没有等待您处理的事
work-nothing-text = 请您批准、审核、解释或完成的事会出现在这里，您自己的草稿也在这里。
work-fill-in = 填写记录
work-nothing-done = 还没有已办的事
work-nothing-done-text = 您做过的每一件事都会列在这里，连同日期和对象。
work-events = 最近发生
work-ledger = 打开账本
