# 指标：导入、数值、记分、信号

problem-kpi-row-field-count = 第 { $row } 行{ $id }：有 { $found } 列，表头有 { $expected } 列。是否缺少分隔符或引号？
problem-kpi-row-encoding = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不是该文件编码下的文字。请在映射中写明 encoding，或另存为 UTF-8。
problem-kpi-row-outcome = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不在 outcome.values 对照表中，请补上。
problem-kpi-row-centre = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不在 centre.values 对照表中，请补上。
problem-kpi-row-centre-unknown = 第 { $row } 行{ $id }，“{ $column }”列：没有代码为“{ $value }”的中心。请先建立中心，或改正 centre.values。
problem-kpi-row-centre-many = 第 { $row } 行{ $id }，“{ $column }”列：中心种类过多，centre.column 是否写对了列？
problem-kpi-row-channel = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不在 channel.values 对照表中，请补上。
problem-kpi-row-stamp = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不是按 { $format } 书写的日期时间。
problem-kpi-row-stamp-range = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不在 1900 至 2199 年之间。
problem-kpi-row-stamp-gap = 第 { $row } 行{ $id }，“{ $column }”列：时区 { $zone } 拨钟时跳过了“{ $value }”，请改正 stamp.zone。
problem-kpi-row-duration = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不是时长，应为秒数、分:秒或时:分:秒。
problem-kpi-row-duration-range = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”超过一年。
problem-kpi-row-duration-empty = 第 { $row } 行{ $id }，“{ $column }”列：空白，但此处需要时长。允许空白时请在映射中写 empty。
problem-kpi-row-resolved = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不在 resolved.values 对照表中，请补上。
problem-kpi-row-rating = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不是 1 至 5 的整数，也不在 csat.values 对照表中。
problem-kpi-row-money = 第 { $row } 行{ $id }，“{ $column }”列：“{ $value }”不是金额，应最多 { $decimals } 位小数且没有千位分隔符。
problem-kpi-errors-more = 另有 { $more } 处错误，请先改正以上各处。

problem-kpi-file-open = 文件打不开：{ $cause }
problem-kpi-file-read = 文件没有读完：{ $cause }
problem-kpi-file-keep = 无法写入作为证据保存的副本：{ $cause }
problem-kpi-file-empty = 文件是空的，需要一行列名。
problem-kpi-file-no-rows = 文件只有列名，没有可以计入的通话。
problem-kpi-file-archive = 这是工作簿或压缩包，不是文本文件。请把工作表另存为 CSV。
problem-kpi-file-utf16 = 文件编码是 UTF-16，请另存为 UTF-8。
problem-kpi-file-missing-columns = 表头没有 { $missing }；现有 { $found }。请改正映射中的列名。
problem-kpi-file-duplicate-column = 表头中“{ $column }”列出现两次，请改名其一。
problem-kpi-file-unknown-centre = 没有代码为“{ $code }”的中心。请先建立中心，或改正映射。
problem-kpi-file-no-centre = 映射和导入都没有说明文件属于哪个中心，请指定。
problem-kpi-file-long-record = 从第 { $row } 行开始的记录超过 { $limit } 字节，是否有引号没有闭合？
problem-kpi-file-worker = 读取意外中断，请重试。

problem-kpi-mapping-syntax = 映射第 { $line } 行第 { $column } 列：{ $message }
problem-kpi-mapping-value = 映射的 { $field } 写作“{ $value }”，应为 { $expected }。
problem-kpi-mapping-either-or = 映射的 { $field } 须写 { $one } 或 { $other } 其中之一。
problem-kpi-mapping-conflict = 映射的 { $field } 不能与 { $other } 并存，请删去其一。
problem-kpi-mapping-format = 映射的 { $field } 写作“{ $value }”，得不出完整日期；%Y-%m-%d %H:%M:%S 可以。
problem-kpi-mapping-centre-twice = 映射已从 { $field } 取得中心，不能再指定 { $centre }。

problem-kpi-overlap = 文件中有些日期已属于其他批次：{ $batches }。请选择替换（--replace），或先撤销这些批次。
problem-kpi-replace-partial = 文件没有覆盖批次 { $batch } 的全部日期，{ $days } 会丢失。请先撤销批次 { $number }，或使用覆盖其全部日期的文件。
problem-kpi-not-live = 批次 { $batch } 已不计入，无需撤销。
problem-kpi-rebuild-differs = 批次 { $batch } 保存的文件得不出其记载的数据，请运行 cairn verify。
problem-kpi-period = “{ $value }”不是期间。可写 2026-10、2026-Q4、2026-W44、2026-10-05 或 2026-10-05..2026-10-20。
problem-kpi-unmeasured = { $code } 尚未接入数据来源，没有数值。
problem-kpi-pack = 随附的指标包自相矛盾：{ $detail }
problem-kpi-limit-number = 请填写数字。
problem-kpi-limit-order = 目标和底线都要填写且方向正确：越高越好时底线低于目标，否则高于目标。
problem-kpi-limit-band = 目标带需要四个递增的数：外限、下沿、上沿、外限。
problem-kpi-scoring-scale = { $kpi } 的目标和底线无法计分。
problem-kpi-scoring-weight = { $code } 的权重为 { $weight }，应为不小于 0 的数。
problem-kpi-scoring-weight-sum = 各族权重合计 { $sum }，应为 100。
problem-kpi-scoring-family = { $kpi } 属于 { $family } 族，但档案中没有这一族。
problem-kpi-signal-answered = 这个信号已经处理过。
problem-kpi-explanation-long = 最多 4000 字。

event-kpi-pack = { $who } 安装了指标定义和中心档案
event-kpi-target = { $who } 设定了目标：{ $what }
event-kpi-import = { $who } 导入了 { $what }
event-kpi-replace = { $who } 替换了 { $what }
event-kpi-undo = { $who } 撤销了 { $what }
event-kpi-signal = { $who } 发出信号：{ $what }
event-kpi-explain = { $who } 说明了信号 { $what }
event-kpi-signal-cycle = { $who } 由信号 { $what } 开立了循环
