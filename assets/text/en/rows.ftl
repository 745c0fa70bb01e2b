# What a value rests on, down to rows.
kpir-title = Rows
kpir-of = Behind { $name }
kpir-none = No file adds to this period
kpir-none-about = As soon as a file with its measures is imported, its rows stand here.
kpir-files = Files
kpir-files-note = The measures of the value, file by file. Each can be followed to its rows.
kpir-together = Together
kpir-rows = Rows of { $file }
kpir-total = { $count ->
    [one] one row adds to this period
   *[other] { $count } rows add to this period
}
kpir-agrees = The rows were read from the kept file just now: they give exactly the measures that are stored.
kpir-differs = The rows of the kept file do not give the measures that are stored. Have “cairn kpi verify” run and tell the quality manager.
kpir-stored = Stored
kpir-from-rows = From the rows
kpir-row = Row
kpir-day = Day
kpir-adds = Adds
kpir-place = { $first }–{ $last } of { $total }
kpir-rest = Rows { $first } to { $last } of { $total } are in this file. For the rest, add “&from={ $from }” to its address, or take the further files of the page.
kpir-further = One file holds 100,000 rows. Further files:
kpir-see = See the rows
problem-kpi-rows-unreadable = The kept file of batch { $batch } cannot be read. “cairn verify” says what is wrong with it.

# Files for spreadsheets.
kpif-name = Name
kpif-low = Interval from
kpif-high = Interval to
kpif-n = Cases
kpif-version = Version
kpif-total = Total
kpif-usual = Usual target
kpif-first = First day
kpif-last = Last day
kpif-channel = Channel
kpif-spread = Values
kpif-level = Level
kpif-chart = Chart
kpif-measured = Measured value
kpif-baseline-from = Baseline from
kpif-baseline-to = Baseline to
problem-kpi-chart-empty = Nothing was measured in the window of this chart. Choose a later period, or longer points.
problem-staffing-none = No number of agents reaches this goal. Lower the service level, or allow more time until the answer.
kpif-targets-file = kpi-targets
kpis-explained-by = Explained by
