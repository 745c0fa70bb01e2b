# 指标值的来源，直至原始行。
kpir-title = 原始行
kpir-of = { $name }的来源
kpir-none = 本期没有文件计入
kpir-none-about = 导入含有所需度量的文件后，这里列出其原始行。
kpir-files = 文件
kpir-files-note = 构成该值的度量，按文件列出；每个文件都可以追到原始行。
kpir-together = 合计
kpir-rows = { $file } 的原始行
kpir-total = 本期计入 { $count } 行
kpir-agrees = 刚刚从留存文件重新读取：原始行得出的度量与库中一致。
kpir-differs = 留存文件的原始行得出的度量与库中不一致。请运行“cairn kpi verify”，并告知质量主管。
kpir-stored = 库中
kpir-from-rows = 由原始行得出
kpir-row = 行号
kpir-day = 日期
kpir-adds = 计入
kpir-place = 第 { $first }–{ $last } 行，共 { $total } 行
kpir-rest = 本文件含第 { $first }–{ $last } 行，共 { $total } 行。其余部分请在本文件地址后加“&from={ $from }”，或在页面上下载后续文件。
kpir-further = 一个文件最多 100,000 行，后续文件：
kpir-see = 查看原始行
problem-kpi-rows-unreadable = 批次 { $batch } 的留存文件无法读取。运行“cairn verify”可查明原因。

# 电子表格文件。
kpif-name = 名称
kpif-low = 区间下限
kpif-high = 区间上限
kpif-n = 样本数
kpif-version = 版本
kpif-total = 总分
kpif-usual = 常用目标
kpif-first = 首日
kpif-last = 末日
kpif-channel = 渠道
kpif-spread = 取值分布
kpif-level = 层级
kpif-chart = 控制图
kpif-measured = 实测值
kpif-baseline-from = 基线起
kpif-baseline-to = 基线止
problem-kpi-chart-empty = 该图的时间范围内没有测量值。请选择更晚的期间，或改用更长的取点间隔。
problem-staffing-none = 没有任何坐席数能达到该目标。请降低服务水平，或放宽应答时限。
kpif-targets-file = 指标目标
kpis-explained-by = 说明人
