# 外壳、公共组件与各处共用的词（状态、层级、角色、中心类型）

layout-skip = 跳到正文
layout-home = Cairn 首页
layout-demo = 演示数据：组织、人物与数字均为虚构
layout-menu = 菜单
layout-areas = 主导航
layout-crumbs = 位置
layout-search = 搜索
layout-search-hint = 搜索编号、条款、记录
layout-other-language = English
layout-sign-in = 登录
layout-sign-out = 退出登录
layout-account = 我的账户
layout-account-menu = 账户菜单
layout-administration = 管理
layout-theme = 外观
layout-theme-system = 跟随系统
layout-theme-light = 浅色
layout-theme-dark = 深色
layout-as-of = 数据截至 { $at }
layout-waiting = { $count } 项待办
layout-offline = 暂时连不上服务器，没有任何内容被改动；请稍后再试。
layout-leave = 有尚未保存的文字，确定离开吗？

layout-area-my-work = 我的工作
layout-area-documents = 体系文件
layout-area-records = 质量记录
layout-area-audits = 审核
layout-area-improvement = 改进
layout-area-kpis = 指标
layout-area-dashboard = 管理看板

layout-admin-people = 人员与角色
layout-admin-organisation = 组织
layout-admin-rights = 权限表
layout-admin-ledger = 账本

layout-gate-say =
    每一个数字、
    每一段条文、
    每一次决定，
    都能走回它的依据。
layout-gate-new = 新的质量体系

layout-error-title = { $status ->
    [401] 请先登录
    [403] 您没有这项权限
    [404] 没有找到这个页面
    [409] 内容已被他人改动
    [412] 内容已被他人改动
    [413] 上传的内容过大
    [419] 页面已过期
    [429] 操作过于频繁
    [503] 系统正忙
   *[other] 系统出了问题
}
layout-error-text = { $status ->
    [401] 登录已结束。重新登录后可以继续。
    [403] 如果您的工作需要它，请联系管理员授予相应角色。
    [404] 地址可能有误，或者您无权查看它。可以按编号或标题搜索。
    [409] 请返回上一页，载入最新内容后再做一次；您输入的文字没有丢失。
    [412] 请返回上一页，载入最新内容后再做一次；您输入的文字没有丢失。
    [413] 请拆分后再上传，或联系管理员提高上限。
    [419] 请返回上一页重新载入，再提交一次。
    [429] 请稍候一分钟再试。
    [503] 请稍候片刻再试；没有任何内容被改动。
   *[other] 没有任何内容被改动。请稍后再试；若仍出现，请把下面的编号告诉管理员。
}
layout-error-home = 回到首页
layout-error-request = 请求编号

layout-errors = 有 { $count } 处需要改正
layout-error = 错误：
layout-optional = （选填）
layout-show = 显示
layout-apply = 筛选
layout-filters-on = 已选条件
layout-remove = 移除
layout-clear = 全部清除
layout-pages = 翻页
layout-previous = 上一页
layout-next = 下一页
layout-steps = 步骤
layout-open = 打开
layout-yes = 是
layout-no = 否
layout-lost = 引用的文件不存在
layout-figures = 数据
layout-print = 打印
layout-save = 保存
layout-cancel = 取消
layout-history = 历史
layout-once = 请现在复制并妥善保管：离开本页后不再显示。
layout-copy = 复制
layout-copied = 已复制

layout-tools = 排版
layout-tool-h2 = 章标题
layout-tool-h3 = 条标题
layout-tool-bold = 加粗
layout-tool-list = 列表
layout-tool-link = 引用文件
layout-tool-table = 表格
layout-preview = 预览
layout-preview-empty = 输入正文后，这里显示发布时的样子。
layout-draft-saved = 已保存
layout-draft-dirty = 有未保存的改动
layout-draft-kept = 暂时连不上服务器，文字已留在本浏览器
layout-print-foot = 打印件为非受控文件·{ $who } { $at }
layout-draft-refused = 未能自动保存，文字已留在本浏览器；请按“保存”查看原因
layout-draft-ended = 登录已结束，文字已留在本浏览器；重新登录后可取回
layout-draft-found = 本浏览器里有一份未送达的文字，保存于
layout-draft-take = 取回
layout-draft-drop = 舍弃

# 状态
state-draft = 草稿
state-in-review = 审核中
state-approved = 待生效
state-effective = 现行有效
state-superseded = 已被替代
state-withdrawn = 作废
state-returned = 已退回
state-submitted = 已提交
state-locked = 已锁定
state-overdue = 逾期
state-due-soon = 即将到期
state-due = 未到期
state-waiting = 等待中
state-open = 未开始
state-in-progress = 进行中
state-done = 已完成
state-cancelled = 已取消
state-closed = 已关闭
state-met = 达到目标
state-in-range = 在允许范围内
state-out-of-range = 超出允许范围
state-no-data = 无数据
state-no-target = 未设目标
state-incomplete = 不完整
state-signal = 信号
state-active = 启用
state-blocked = 停用
state-expired = 已到期
state-revoked = 已撤销
state-new = 新增
state-changed = 有改动
state-same = 相同
state-ignored = 忽略
state-warning = 提醒
state-error = 错误
state-missing = 缺失
state-orphan = 无上级

# 层级
tier-1 = 质量手册
tier-2 = 程序文件
tier-3 = 作业指导书
tier-4 = 质量记录

# 角色
role-administrator = 管理员
role-quality-manager = 质量主管
role-author = 编制人
role-approver = 批准人
role-auditor = 审核员
role-executive = 管理层
role-staff = 员工

# 客服中心类型
centre-type-cost-control = 成本控制型
centre-type-customer-experience = 客户体验型
centre-type-profit-creating = 利润创造型
layout-sheets = 下载为文件
