# KPIs: import, values, scorecard, signals

problem-kpi-row-field-count = row { $row }{ $id }: { $found } fields, but the header has { $expected }. Is a delimiter or a quotation mark missing?
problem-kpi-row-encoding = row { $row }{ $id }, column “{ $column }”: “{ $value }” is no text in the encoding of the file. Set `encoding` in the mapping, or save the file as UTF-8.
problem-kpi-row-outcome = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not in the table `outcome.values`. Add it there.
problem-kpi-row-centre = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not in the table `centre.values`. Add it there.
problem-kpi-row-centre-unknown = row { $row }{ $id }, column “{ $column }”: there is no centre “{ $value }”. Add the centre, or correct the table `centre.values`.
problem-kpi-row-centre-many = row { $row }{ $id }, column “{ $column }”: too many different centres. Is `centre.column` the right column?
problem-kpi-row-channel = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not in the table `channel.values`. Add it there.
problem-kpi-row-stamp = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not a date and time written as { $format }.
problem-kpi-row-stamp-range = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not a date from 1900 to 2199.
problem-kpi-row-stamp-gap = row { $row }{ $id }, column “{ $column }”: “{ $value }” does not exist in { $zone }, where the clocks skipped it. Correct `stamp.zone`.
problem-kpi-row-duration = row { $row }{ $id }, column “{ $column }”: “{ $value }” is no duration; expected seconds, mm:ss or h:mm:ss.
problem-kpi-row-duration-range = row { $row }{ $id }, column “{ $column }”: “{ $value }” is longer than a year.
problem-kpi-row-duration-empty = row { $row }{ $id }, column “{ $column }”: empty, but a duration is needed. If it may be empty, say so with `empty` in the mapping.
problem-kpi-row-resolved = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not in the table `resolved.values`. Add it there.
problem-kpi-row-rating = row { $row }{ $id }, column “{ $column }”: “{ $value }” is neither a whole rating from 1 to 5 nor in the table `csat.values`.
problem-kpi-row-money = row { $row }{ $id }, column “{ $column }”: “{ $value }” is not an amount with at most { $decimals } decimals and no thousands separator.
problem-kpi-errors-more = and { $more } more errors. Correct these first.

problem-kpi-file-open = The file cannot be opened: { $cause }
problem-kpi-file-read = The file could not be read to its end: { $cause }
problem-kpi-file-keep = The copy kept as evidence could not be written: { $cause }
problem-kpi-file-empty = The file is empty. A header line with the column names is needed.
problem-kpi-file-no-rows = The file has a header but no call that counts.
problem-kpi-file-archive = This is a workbook or an archive, not a text file. Save the sheet as CSV.
problem-kpi-file-utf16 = The text is UTF-16. Save it as UTF-8.
problem-kpi-file-missing-columns = The header has no column { $missing }; it has { $found }. Correct the names in the mapping.
problem-kpi-file-duplicate-column = The header has the column “{ $column }” twice. Rename one of them.
problem-kpi-file-unknown-centre = There is no centre “{ $code }”. Add it, or correct the mapping.
problem-kpi-file-no-centre = Neither the mapping nor the import says which centre the file belongs to. Name one.
problem-kpi-file-long-record = The record that starts on line { $row } is longer than { $limit } bytes. Is a quotation mark left open?
problem-kpi-file-worker = The reading stopped unexpectedly. Try again.

problem-kpi-mapping-syntax = line { $line }, column { $column } of the mapping: { $message }
problem-kpi-mapping-value = `{ $field }` of the mapping is “{ $value }”; expected { $expected }.
problem-kpi-mapping-either-or = `{ $field }` of the mapping needs either `{ $one }` or `{ $other }`.
problem-kpi-mapping-conflict = `{ $field }` of the mapping cannot stand beside `{ $other }`. Remove one.
problem-kpi-mapping-format = `{ $field }` of the mapping is “{ $value }”, which does not tell the whole date; `%Y-%m-%d %H:%M:%S` does.
problem-kpi-mapping-centre-twice = The mapping takes the centre from `{ $field }`, so { $centre } cannot be given as well.

problem-kpi-overlap = Days of this file belong to other batches: { $batches }. Replace them (--replace), or take them back first.
problem-kpi-replace-partial = The file does not cover all of batch { $batch }; { $days } would be lost. Take batch { $number } back first, or bring a file that covers all its days.
problem-kpi-not-live = Batch { $batch } does not count any more; there is nothing to take back.
problem-kpi-rebuild-differs = The kept file of batch { $batch } does not give the measures that its record names. Run `cairn verify`.
problem-kpi-period = “{ $value }” is no period. Write 2026-10, 2026-Q4, 2026-W44, 2026-10-05 or 2026-10-05..2026-10-20.
problem-kpi-unmeasured = { $code } waits for its data source; there is no value yet.
problem-kpi-pack = The shipped KPI pack contradicts itself: { $detail }
problem-kpi-limit-number = Write a number.
problem-kpi-limit-order = Target and floor are both needed and must differ in the right direction: where more is better the floor lies below the target, otherwise above.
problem-kpi-limit-band = A band needs four numbers that rise: outer limit, low, high, outer limit.
problem-kpi-scoring-scale = Target and floor of { $kpi } cannot be scored.
problem-kpi-scoring-weight = The weight of { $code } is { $weight }; expected a number from 0 on.
problem-kpi-scoring-weight-sum = The weights of the families add up to { $sum }; expected 100.
problem-kpi-scoring-family = { $kpi } belongs to the family { $family }, which the profile does not have.
problem-kpi-signal-answered = This signal was answered before.
problem-kpi-explanation-long = At most 4,000 characters.

event-kpi-pack = { $who } installed the KPI definitions and profiles
event-kpi-target = { $who } set a target: { $what }
event-kpi-import = { $who } imported { $what }
event-kpi-replace = { $who } replaced { $what }
event-kpi-undo = { $who } took back { $what }
event-kpi-signal = { $who } raised a signal: { $what }
event-kpi-explain = { $who } explained the signal { $what }
event-kpi-signal-cycle = { $who } opened a cycle from the signal { $what }
