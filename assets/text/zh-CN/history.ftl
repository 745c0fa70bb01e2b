# 账本与历史

history-ledger = 账本
history-about = 发生过的每一件事，按先后排列；内容不可更改、不可删除
history-event = 第 { $seq } 号事件
history-system = 系统
history-cli = 命令行（{ $user }）
history-token = { $who }（接口令牌）
history-because = 原因：{ $reason }
history-other = { $who } 对 { $what } 做了 { $action }
history-filter = 筛选账本
history-all = 全部
history-who = 谁
history-what = 做了什么
history-kind = 对象类别
history-from = 自
history-to = 至
history-seq = 序号
history-at = 时间
history-happened = 发生了什么
history-reason = 原因
history-object = 对象
history-nothing = 没有符合条件的事件
history-nothing-text = 放宽筛选条件后再试。
history-head = 日志头
history-head-note = 一串数字足以证明上面的每一行没有被改过
history-size = 事件总数
history-root = 根哈希
history-request = 请求编号
history-hash = 叶哈希
history-rows = { $count ->
    [0] 没有改动数据行
   *[other] 改动的数据行：{ $count }
}
history-rows-note = 与本对象历史中的上一份内容对照
history-gone = 此行已删除。
history-first = 此行第一次出现。
history-no-rows = 这件事没有改动任何数据。
history-column = 栏
history-old = 原内容
history-new = 新内容

history-group-documents = 体系文件
history-group-records = 质量记录
history-group-kpi = 指标
history-group-cycle = PDCA 循环
history-group-user = 人员与权限
history-group-token = 接口令牌
history-group-organisation = 组织
history-group-unit = 部门
history-group-centre = 客服中心
history-group-scheme = 编号规则
history-group-evidence = 证据文件

history-kind-document = 文件
history-kind-record = 记录
history-kind-kpi = 指标
history-kind-batch = 导入批次
history-kind-signal = 信号
history-kind-cycle = PDCA 循环
history-kind-user = 人员
history-kind-organisation = 组织
history-kind-unit = 部门
history-kind-centre = 客服中心
history-kind-evidence = 证据文件

history-table-users = 人员
history-table-grants = 授权
history-table-tokens = 接口令牌
history-table-organisation = 组织
history-table-units = 部门
history-table-centres = 客服中心
history-table-schemes = 编号规则
history-table-evidence = 证据文件
history-table-documents = 文件
history-table-document-versions = 文件版本
history-table-document-reviews = 审批
history-table-document-files = 附件
history-table-records = 质量记录
history-table-kpi-definitions = 指标定义
history-table-kpi-profiles = 权重方案
history-table-kpi-targets = 指标目标
history-table-kpi-batches = 导入批次
history-table-kpi-mappings = 记住的读取方式
history-table-kpi-locks = 锁定月份
history-table-kpi-signals = 信号
history-table-kpi-phases = 控制图阶段
history-table-kpi-scorecards = 已发布计分卡
history-table-cycles = PDCA 循环
history-table-cycle-tests = 循环的检验
history-table-cycle-actions = 措施

problem-ledger-day = “{ $value }”不是日期，请写成 2026-11-21 的样子

event-organisation-set-up = { $who } 建立了组织 { $what }
event-unit-create = { $who } 新增了部门 { $what }
event-centre-create = { $who } 新增了客服中心 { $what }
event-centre-change = { $who } 修改了客服中心 { $what }
event-scheme-change = { $who } 把编号规则改为 { $pattern }
event-user-create = { $who } 新增了人员 { $what }
event-user-grant = { $who } 授予 { $what } { $role }角色
event-user-revoke = { $who } 收回了 { $what } 的{ $role }角色
event-user-activate = { $who } 启用了 { $what } 的账户
event-user-deactivate = { $who } 停用了 { $what } 的账户
event-user-password = { $who } 重设了 { $what } 的密码
event-token-create = { $who } 生成了接口令牌“{ $token }”
event-token-revoke = { $who } 撤销了接口令牌“{ $token }”
