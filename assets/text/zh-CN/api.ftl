# 接口自身的问题

problem-not-json = 请以 application/json 发送正文
problem-bad-cursor = 这不是本列表的翻页标记；请发送上一页返回的 next
problem-bad-limit = limit 应为 1 到 { $max } 的数字
problem-database-older = 数据库缺少此版本所需的升级步骤；请重新启动 Cairn 以完成升级
problem-bad-parameter = 参数值 { $value } 无效
problem-bad-idempotency-key = Idempotency-Key 是 1 到 { $max } 个普通 ASCII 字符
problem-idempotency-key-reused = 这个 Idempotency-Key 已经用于另一项内容；新的内容请用新的标识
problem-idempotency-under-way = 带有这个 Idempotency-Key 的请求还在处理；请稍后再发
problem-import-path = “{ $path }”不是文件夹内的路径；路径之间用 / 分隔，不含“..”
problem-import-path-twice = “{ $path }”出现了两次
problem-import-content = 给出 text 或 base64 其中之一；base64 用标准字母表

api-title = { $status ->
    [401] 需要有效的令牌
    [403] 没有这项权限
    [404] 没有找到
    [405] 该地址不支持此方法
    [409] 当前状态不允许此操作
    [412] 他人已作更改
    [413] 正文过大
    [422] 提交的内容不符合要求
    [428] 请用 If-Match 发送最近一次读到的 ETag
    [429] 尝试次数过多
    [503] 系统繁忙
   *[other] 系统出了问题
}
