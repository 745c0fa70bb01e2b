# 错误
error-not-found = 没有找到。地址可能有误，或者您无权查看。
error-unauthenticated = 请先登录。
error-invalid = 有几处需要改正，详见各处说明。
error-stale = 内容已被他人改动。请载入最新内容后再做一次。
error-precondition-required = 改动前须说明您看到的是哪一版：请带上 If-Match。
error-too-many = 尝试次数过多，请 { $seconds } 秒后再试。
error-too-large = 上传的内容超过 { $bytes } 字节的上限。
error-busy = 系统正忙，没有任何内容被改动。请稍候片刻再试。
error-storage = 存储已满或不可写，没有任何内容被保存。请通知管理员检查磁盘。
error-internal = 系统出了问题，没有任何内容被改动。

# 填写与请求的问题
problem-not-permitted = 您没有这项权限：{ $permission ->
    [read-documents] { permission-read-documents }
    [read-drafts] { permission-read-drafts }
    [write-documents] { permission-write-documents }
    [review-documents] { permission-review-documents }
    [approve-documents] { permission-approve-documents }
    [manage-documents] { permission-manage-documents }
    [transfer-documents] { permission-transfer-documents }
    [fill-records] { permission-fill-records }
    [read-records] { permission-read-records }
    [read-kpis] { permission-read-kpis }
    [import-kpis] { permission-import-kpis }
    [manage-kpis] { permission-manage-kpis }
    [read-cycles] { permission-read-cycles }
    [run-cycles] { permission-run-cycles }
    [do-actions] { permission-do-actions }
    [read-ledger] { permission-read-ledger }
    [manage-people] { permission-manage-people }
    [manage-organisation] { permission-manage-organisation }
    [use-tokens] { permission-use-tokens }
   *[other] { $permission }
}
problem-form-token = 页面已过期。请返回重新载入，再提交一次。
problem-required = 请填写此项。
problem-too-long = 太长：最多 { $max } 个字符。
problem-no-spaces = 不能含有空格。
problem-control-character = 其中有无法保存的字符（零字节）。请删去它，或重新键入这段文字。
problem-unknown-field = 没有这个字段。请检查拼写，或查看接口说明。
problem-bad-shape = 无法读懂所提交的内容：{ $detail }
problem-body-stalled = 上传中断或停顿过久，没有任何内容被改动。请再试一次。
problem-already-exists = 已经存在相同的编号或名称（{ $what }）。请换一个。
problem-unknown-login = 没有登录名为 { $login } 的人员。
problem-unknown-choice = 请从所列选项中选择。

# 配置与命令行
problem-not-an-address = 须以 http:// 或 https:// 开头。
problem-address-in-use = 地址 { $address } 已被占用。请停止占用它的程序，或用 --listen 换一个端口，例如 --listen 127.0.0.1:8081。
problem-address-denied = 没有权限监听 { $address }。请选用 1024 以上的端口。
problem-unknown-scheme = 不认识的数据库地址类型 { $scheme }。请用 postgres://，或不设 DATABASE_URL 以使用内置数据库。
problem-database-newer = 数据库（{ $version }）比本程序新。请使用较新的程序。

# 权限
permission-read-documents = 阅读现行与已替代的文件
permission-read-drafts = 阅读所有草稿与审核中的文件
permission-write-documents = 编制与修订文件，提交自己的草稿
permission-review-documents = 可被指定为审核人
permission-approve-documents = 可被指定为批准人
permission-manage-documents = 提前生效、作废、编辑任何草稿、设定归口与上级
permission-transfer-documents = 导入与导出成批文件
permission-fill-records = 填写并提交记录
permission-read-records = 阅读所有记录
permission-read-kpis = 查看指标、趋势与记分卡
permission-import-kpis = 导入话务数据，撤销与替换批次
permission-manage-kpis = 设定目标值，解释信号
permission-read-cycles = 查看 PDCA 循环
permission-run-cycles = 开立并推进 PDCA 循环
permission-do-actions = 完成分派给自己的措施
permission-read-ledger = 查看账本与权限表
permission-manage-people = 管理用户与授权
permission-manage-organisation = 管理组织、部门、中心与编号规则
permission-use-tokens = 为自己创建接口令牌
problem-not-a-demo = 文件夹 { $folder } 里不是演示数据，不会动它。请用 --data 另选一个文件夹。
