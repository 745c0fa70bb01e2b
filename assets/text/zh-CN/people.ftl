# 登录
people-sign-in = 登录
people-login = 登录名
people-login-help = 用来登录，可用字母、数字、汉字，不含空格。
people-password = 密码
people-demo = 以演示人物进入
people-demo-note = 无需密码
people-post-does = { $post }：{ $does }
people-does-administrator = 管理人员、组织与编号规则
people-does-quality-manager = 维护文件、推动评审、导入指标
people-does-author = 编制与修订文件
people-does-approver = 批准与签署
people-does-auditor = 抽样、追溯、查账本，只读
people-does-executive = 看指标、记分卡与 PDCA 效果
people-does-staff = 阅读现行文件、填写记录
problem-sign-in-wrong = 登录名或密码不对。请检查大小写与输入法后再试。

# 账户
people-preferences = 语言与外观
people-language = 语言
people-roles = 角色
people-role = 角色
people-place = 范围
people-everywhere = 整个组织
people-from = 起始日
people-to = 截止日
people-state = 状态
people-act = 操作
people-no-roles = 尚未授予角色。
people-sessions = 登录中的设备
people-sessions-note = 不认识的请结束，并修改密码
people-browser = 浏览器
people-network = 网络地址
people-since = 开始
people-seen = 最近使用
people-here = （本浏览器）
people-end = 结束
people-session-ended = 已结束该设备的登录。
people-change-password = 修改密码
people-change-password-note = 修改后，其他设备须重新登录
people-password-current = 现在的密码
people-password-new = 新密码
people-password-help = 至少 10 个字符；越长越好，不要求特殊符号。
people-password-changed = 密码已修改，其他设备已退出登录。
problem-password-wrong = 现在的密码不对。
problem-password-short = 密码太短：至少 { $min } 个字符。
people-tokens = 接口令牌
people-tokens-note = 供程序以您的名义调用接口
people-token-name = 用途
people-token-name-help = 例如：话务系统每日导入
people-token-scopes = 允许做什么
people-token-until = 最后有效日
people-token-create = 创建令牌
people-token-new = 新令牌
people-token-revoke = 撤销
people-token-revoked = 令牌已撤销，立即失效。
problem-unknown-scope = 没有名为 { $scope } 的权限。
problem-token-days = 须从今天起，最多 { $max } 天之内。
problem-token-makes-token = 令牌不能再创建令牌，请登录后操作。

# 权限表
people-rights-note = 程序就按这张表放行，没有别处的例外。
people-right = 权限
people-rights-objects = 此外还有对象规则：批准人不得是编制人或提交人；草稿只给参与者看；措施由其负责人或质量主管完成。

# 人员管理
people-comma = 、
people-new = 新增人员
people-create = 创建
people-created = 已创建 { $what }。请授予角色。
people-name = 姓名
people-name-en = 英文姓名
people-post = 岗位
people-post-en = 英文岗位
people-email = 电子邮箱
people-password-first = 初始密码
people-choose = 请选择
people-grant = 授予角色
people-granted = 角色已授予。
people-revoke = 收回
people-revoked = 角色已收回，下一次请求起生效。
people-set-password = 重设密码
people-set-password-note = 此人的全部登录随即结束
people-password-set = 密码已重设。
people-access = 登录权
people-deactivate = 停用
people-deactivate-note = 停用后立即退出登录，不能再登录；历史仍保留其姓名。
people-activate = 重新启用
people-deactivated = 已停用。
people-activated = 已重新启用。
problem-login-taken = 登录名 { $login } 已被使用。
problem-ends-before-start = 截止日早于起始日。
problem-last-administrator = 这是最后一位管理员：请先把管理员角色授予另一人。

# 历史
event-user-locale = { $who } 更换了界面语言
