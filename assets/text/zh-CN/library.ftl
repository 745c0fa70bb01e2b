# 体系文件：清单、金字塔、对比、导入与导出

library-views = 视图
library-view-list = 清单
library-view-map = 金字塔
library-filter = 筛选文件
library-q = 编号或标题
library-tier = 层级
library-state = 状态
library-owner = 归口部门
library-all = 全部
library-code = 编号
library-title = 标题
library-version = 版本
library-effective = 生效日期
library-list = 文件清单
library-count = { $count } 份文件
library-first = 本页 { $count } 份，后面还有
library-open = { $label } { $state }
library-new = 新建文件
library-register = 受控文件清单
library-on = { $day } 的状态
library-quoted = 含“{ $text }”
library-none = 没有符合条件的文件
library-none-hint = 放宽条件，或用上方的搜索在正文里找。
library-empty = 还没有文件
library-empty-hint = 新建的文件和从文件夹导入的文件会列在这里。

library-map-title = 文件金字塔
library-map-sub = { $total } 份文件，{ $force } 份现行有效，{ $gaps } 处缺口
library-tiers = 四级文件
library-tier-1 = 一级 质量手册
library-tier-2 = 二级 程序文件
library-tier-3 = 三级 作业文件
library-tier-4 = 四级 质量记录
library-tier-say-1 = 纲领，少而长期
library-tier-say-2 = 体系主体，最常用
library-tier-say-3 = 补充程序未尽之处
library-tier-say-4 = 活动的证据
library-gaps = { $count } 处缺口
library-gaps-more = 还有 { $count } 处，见下方逐级展开
library-gap-orphan = { $code } 无上级文件
library-gap-unused = { $code } 无文件使用
library-gap-no-record = { $code } 无质量记录
library-gap-dangling = { $code } 引用的 { $target } 不存在
library-legend = 图例
library-legend-waiting = 审核中或待生效
library-legend-gap = 缺口（!）：引用了而没有的文件，或没有上级的文件
library-tree = 逐级展开
library-tree-note = 与图同一份数据，可用键盘浏览
library-loose = 没有挂上的文件
library-loose-note = 没有上级文件，或上级互相循环
library-below = { $count } 份下级文件

library-compare = 对比
library-compare-title = { $from } 与 { $to } 的差别
library-compare-first = { $label } 的差别
library-compare-from = 旧版本
library-compare-to = 新版本
library-compare-one = 没有可以对比的另一个版本
library-compare-one-hint = 这份文件目前只有一个版本。
library-language = 正文语言
library-language-zh = 中文
library-language-en = English
library-sum-changed = 条改动
library-sum-ins = 处增加
library-sum-del = 处删除
library-sum-same = 条未变
library-fields = 属性改动
library-field = 属性
library-reason = 修订原因
library-form = 表单定义
library-parents = 上级文件
library-files = 附件
library-text = 正文
library-text-note = 中文逐字比较；增加加下划线，删除加删除线
library-clause = 条款
library-clause-added = 新增条款
library-clause-removed = 删除条款
library-clause-moved = 原为 { $old }
library-clause-changed = 增 { $ins } 处，删 { $del } 处
library-clause-was = 原题“{ $old }”
library-clause-none = （无此条）
library-clause-untitled = （无标题）
library-fold = { $count } 条未变，展开：

library-passed-named = 有文件引用
library-passed-unnamed = 没有文件引用
library-passed-history = 历史版本；只导入现行版本和草稿
library-passed-encoding = 不是 UTF-8、UTF-16 或 GB18030
library-passed-name = 按名称排除
library-passed-empty = 空文件
library-passed-link = 不跟随符号链接
library-passed-hidden = 隐藏文件
library-passed-special = 不是普通文件
library-passed-large = 超过上限（图片 20 MB，其他文件 2 MB）
library-passed-unreadable = 无法读取

library-defect-two-codes = { $origin ->
    [header] 表头
    [heading] 标题
    [file-name] 文件名
   *[other] 文首属性
}写作 { $other }，而文件按 { $code } 导入：请改正其一
library-defect-duplicate-code = 编号 { $code } 已属于 { $other }：按文件名导入；请另行编号，或作为已填写的记录处理
library-defect-unknown-tier = 看不出 { $code } 属于哪一级：请在导入规则中加上其类型，或写明 tier:
library-defect-two-versions = 表头写作版本 { $other }，而文件按 { $version } 导入：请改正其一
library-defect-two-values = { $name ->
    [title] 标题
    [parent] 上级文件
    [parents] 上级文件
    [parent-version] 上级文件的版本
    [version] 版本
    [owner] 归口部门
    [tier] 层级
   *[other] { $name }
}一处写作 { $value }，另一处写作 { $other }：请改正其一
library-defect-dangling-reference = 这里没有 { $code }：请改正引用，或补上该文件
library-defect-wrong-title = 这里把 { $code } 称作“{ $title }”，而它是“{ $other }”：两者必有一误
library-defect-orphan = 没有别的文件引用 { $code }：请在使用处写明，或作废它
library-defect-no-parent = { $code } 没有写明上级文件：请写 parents:
library-defect-missing-image = 文件夹里没有图片 { $target }
library-defect-missing-file = 文件夹里没有文件 { $target }
library-defect-other-case = 文件夹里没有 { $target }，只有大小写不同的 { $other }：请写成一致
library-defect-front-matter = { $message }
library-defect-unreadable = 不是 UTF-8、UTF-16 或 GB18030：请另存为 UTF-8
library-defect-foreign-reference = { $code } 属于另一个体系：请作为外来文件管理
library-defect-stale-parent-version = 所依据的是 { $code } 的版本 { $version }，而该文件已是 { $other }：请核对是否仍然适用
library-defect-bad-link = 链接地址 { $target } 有误：请改正
library-defect-remote-image = 图片 { $target } 在别的服务器上，只显示为链接
library-defect-no-front-matter = 与其他文件不同，没有文首属性
library-defect-no-code = 没有编号；按文件名导入

problem-folder-missing = 没有这个文件夹
problem-folder-large = 超过 { $files } 个文件或 { $bytes } 字节：请分批导入
problem-folder-not-empty = 文件夹里有别的文件：请指定空文件夹
problem-folder-manifest = 上次导出的清单已损坏：请指定空文件夹
problem-folder-changed = 导出后被改动过：请移走，或指定空文件夹
problem-folder-path-taken = 已有同名文件：请移走，或指定空文件夹
problem-import-patterns-toml = 导入规则无法读取：{ $message }
problem-import-patterns-shape = shapes 第 { $place } 条：“{ $shape }”不是编号规则：须有一个流水号（如 {"{"}nn{"}"}），词与词之间须有分隔符
problem-import-patterns-tier = 没有第 { $tier } 级：层级为 1 到 4 的数字
problem-import-patterns-type = 类型 { $name } 出现在两个层级下：请删去其一
problem-import-empty = 文件没有正文
problem-import-refused = 未导入：{ $detail }
problem-import-no-organisation = 请先建立组织：运行 cairn serve 并打开设置页
