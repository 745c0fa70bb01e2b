# 接口自身的问题

problem-not-json = 请以 application/json 发送正文
problem-bad-cursor = 这不是本列表的翻页标记；请发送上一页返回的 next
problem-bad-limit = limit 应为 1 到 { $max } 的数字
problem-database-older = 数据库缺少此版本所需的升级步骤；请重新启动 Cairn 以完成升级
