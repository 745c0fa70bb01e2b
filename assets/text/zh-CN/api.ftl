# 接口自身的问题

problem-not-json = 请以 application/json 发送正文
problem-bad-cursor = 这不是本列表的翻页标记；请发送上一页返回的 next
problem-bad-limit = limit 应为 1 到 { $max } 的数字
problem-database-older = 数据库缺少此版本所需的升级步骤；请重新启动 Cairn 以完成升级
problem-bad-parameter = 参数值 { $value } 无效

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
