# The import wizard, mended rows, locked months

problem-whole-number = Write a whole number.
problem-kpi-upload-slow = The file came too slowly: less than { $rate } KiB per second over { $seconds } seconds. Try a faster network, or pack the file with gzip.
problem-kpi-upload-large = The file is larger than { $limit } MiB. Pack it with gzip, cut it by month, or have the setting { $setting } raised.
problem-kpi-pasted-and-file = Either paste rows or choose a file, not both.
problem-kpi-staged-many = { $count } of your files wait already, at most { $most } may. Import one or throw one away.
problem-kpi-staged-room = Your waiting files leave room for { $mib } MiB. Import one or throw one away.
problem-kpi-staged-done = This file was imported already.
problem-kpi-staged-changed = The waiting file is not the one that was looked at. Send it again.
problem-kpi-staged-unseen = After the preview somebody changed how this file is read. Look at the new preview below, then import.
problem-kpi-staged-busy = The file is being read at this moment, or too many files wait to be read. Import it a little later.
problem-kpi-staged-importing = The file is being imported. Wait for its end.
problem-kpi-overlap-unseen = Since the preview, days of this file have come to belong to other batches: { $batches }. Look at the new preview and decide whether to replace them.
problem-kpi-reading-failed = The reading stopped unexpectedly. Read it again; the cause is in the log of the server.
problem-kpi-header-row = The column names have to stand in one of the first { $most } rows.
problem-kpi-header-empty = There are no column names in this row.
problem-kpi-batch-number = Write the number of a batch.
problem-kpi-supplement-unknown = There is no batch { $number } to complete.
problem-kpi-supplement-of-supplement = Batch { $number } brings mended rows itself. Complete batch { $main }.
problem-kpi-supplement-not-live = Batch { $number } does not count any more, so it cannot be completed.
problem-kpi-supplement-whole = Batch { $number } left no rows out; there is nothing to complete.
problem-kpi-supplement-source = Batch { $number } is of the source “{ $source }”, but this mapping says “{ $found }”. Use the same source name.
problem-kpi-supplement-rows = The file brings { $rows } rows, but batch { $number } lacks only { $missing }. Bring the mended rows alone.
problem-kpi-locked = { $month } of { $centre } is locked by { $by } ({ $reason }){ $more ->
    [0] .
    [one] , and { $more } other month.
   *[other] , and { $more } other months.
} A quality manager can open it again under “Locked months”.
problem-kpi-lock-already = { $month } of { $centre } is locked already.
problem-kpi-lock-open = { $month } of { $centre } is not locked.
problem-kpi-lock-month = Write the month like 2026-10.
problem-kpi-lock-reason = At most { $max } characters.
problem-kpi-lock-centre = There is no centre “{ $centre }”.

event-kpi-lock = { $who } locked { $what }
event-kpi-unlock = { $who } opened { $what } again
event-kpi-mapping = { $who } had the mapping remembered: { $what }

kpii-about = Five steps: the file, its column names, what they mean, what would change, and the import. Nothing counts before the last one.
kpii-step-source = Source
kpii-step-header = Header
kpii-step-mapping = Mapping
kpii-step-preview = Preview
kpii-step-commit = Import
kpii-kind = What the rows are about
kpii-kind-help = It decides which columns are asked for.
kpii-kind-interactions = Calls, chats, mails
kpii-kind-interactions-about = A row is a contact: when it came, whether it was answered, how long it took.
kpii-kind-surveys = Survey answers
kpii-kind-surveys-about = A row is an invitation or an answer: satisfaction, recommendation, effort.
kpii-kind-evaluations = Quality evaluations
kpii-kind-evaluations-about = A row is an evaluated contact: score, critical errors, double scoring.
kpii-kind-learning = Training and certificates
kpii-kind-learning-about = A row is a test, training, certificate, skill or employment of an agent.
kpii-kind-workforce = Workforce hours
kpii-kind-workforce-about = A row is a day of an agent or team: paid, scheduled, absent, headcount.
kpii-kind-finance = Costs and revenue
kpii-kind-finance-about = A row is an amount of an account in a month.
kpii-kind-shipments = Items on their way
kpii-kind-shipments-about = A row is an item, or so many: promised, delivered, lost, damaged.
kpii-kind-complaints = Complaints
kpii-kind-complaints-about = A row is a complaint of the register: received, due, closed, escalated.
kpii-kind-improvements = Proposals and actions
kpii-kind-improvements-about = A row is an improvement proposal or a corrective action.
kpii-centre-help = Only when the whole file belongs to one centre and does not name it.
kpii-centre-in-file = a column of the file says it
kpii-paste = Paste from a spreadsheet instead
kpii-pasted = Rows
kpii-pasted-help = Copy the cells with their column names and paste them here; at most one megabyte.
kpii-file-help = CSV or other delimited text, plain or .gz, UTF-8 or GB18030; or a workbook (.xlsx). At most { $limit }.
kpii-next-header = Send and look at it
kpii-sending = Sending
kpii-sent-of = %1 of %2 MB sent
kpii-sent-all = Sent; the server looks at the file …
kpii-sent-broken = The sending broke off. Try again.
kpii-staged = The file has arrived
kpii-waiting = Files that wait
kpii-waiting-note = yours alone, for a day
kpii-size = Size
kpii-sent-at = Sent
kpii-acts = Acts
kpii-discard = Throw away
kpii-discard-of = Throw away { $file }
kpii-discard-sure = Throw this file away?
kpii-discarded = The file was thrown away
kpii-direct = Import in one step with a mapping text
kpii-header-title = Column names
kpii-format = Format
kpii-format-workbook = Workbook (.xlsx)
kpii-format-text = Delimited text
kpii-format-gzip = Delimited text, packed with gzip
kpii-encoding = Encoding
kpii-encoding-ascii = ASCII (letters and digits only, so far)
kpii-delimiter = Between fields
kpii-delimiter-comma = Comma
kpii-delimiter-semicolon = Semicolon
kpii-delimiter-tab = Tab
kpii-delimiter-bar = Bar
kpii-sheet = Sheet
kpii-header-row = Row of the column names
kpii-header-row-help = What stands above it is passed over.
kpii-row = Row { $row }
kpii-next-mapping = Go on to the columns
kpii-look-again = Look again
kpii-back = Back
kpii-first-rows = The first rows
kpii-names-here = column names
kpii-columns = { $count ->
    [one] { $count } column
   *[other] { $count } columns
}
kpii-columns-hidden = { $count } more columns are not shown here.
kpii-mapping-title = What the columns mean
kpii-remembered = This is how the last file of this sort was read. Look it over and go on.
kpii-text = The mapping as text (TOML)
kpii-text-help = Whatever the form cannot say can be written here. It stays when you go back to the form.
kpii-as-text = Edit as text
kpii-as-form = Back to the form
kpii-next-preview = Go on to the preview
kpii-source-help = Short name of the system that wrote the file: lower-case letters, digits, - and _. Keep it the same from file to file.
kpii-default-centre = Centre of the whole file
kpii-default-centre-help = Only where no column names the centre.
kpii-required = required
kpii-beyond = Written in the text of the mapping; the form leaves it as it is.
kpii-none = — none —
kpii-pick-column = Column
kpii-pick-expected = Column of the expectation
kpii-pick-perceived = Column of the perception
kpii-pick-low = Scale from
kpii-pick-high = to
kpii-pick-format = Written like
kpii-format-usual = usual
kpii-pick-time = Time in a second column
kpii-pick-time-format = Time written like
kpii-pick-value = or the same in every row
kpii-pick-unit = Unit
kpii-unit-seconds = Seconds, or h:mm:ss
kpii-unit-minutes = Minutes
kpii-unit-hours = Hours
kpii-unit-days = Days
kpii-pick-empty = An empty cell means
kpii-empty-unknown = not known
kpii-empty-zero = zero
kpii-empty-refuse = an error
kpii-pick-decimals = Decimals
kpii-column-lost = The file has no column “{ $column }”.
kpii-sample = In the file:
kpii-words-of = Cells of { $field } and what they mean
kpii-word-none = — not listed —
kpii-more-fields = { $count ->
    [one] { $count } more field, if the file has it
   *[other] { $count } more fields, if the file has them
}
kpii-personal = Columns that name people
kpii-personal-help = Their cells are replaced by pseudonyms before anything is kept. The same person keeps the same pseudonym.
kpii-idle = Columns that are not read:
kpii-refresh = Update tables
kpii-refresh-help = After choosing another column, update the tables to match its cells.
kpii-reading-title = The file is being read
kpii-reading-waits = Other files are being read; this one is next.
kpii-reading-far = { $done } of { $total } read
kpii-reading-far-rows = { $done } of { $total } read, { $rows } rows so far
kpii-importing-far = Importing: { $done } of { $total } read
kpii-reading-leave = You may leave this page; the work goes on.
kpii-preview-title = What would change
kpii-identical = Identical to batch { $number }
kpii-to-batch = To batch { $number }
kpii-errors = Rows with errors
kpii-errors-note = each with the address of its cell
kpii-errors-more = and { $count } more
kpii-read-sum = { $rows } rows read, { $ignored } ignored; source “{ $source }”;
kpii-lock-line = { $month } of { $centre } is locked by { $by }.
kpii-foreign = You may not import at these centres:
kpii-in-part = The file covers these batches only in part, so it cannot take their place:
kpii-lost-days = – would be lost: { $days }
kpii-in-part-cure = Bring a file that covers all their days, leave their days out, or take them back first.
kpii-replaces = It takes the place of these batches, whose days it covers:
kpii-commit-all = { $count ->
    [one] Import { $count } row
   *[other] Import all { $count } rows
}
kpii-commit-valid = { $count ->
    [one] Import only the { $count } good row
   *[other] Import only the { $count } good rows
}
kpii-read-again = Read again
kpii-cell = Cell
kpii-column = Column
kpii-stands = Stands there
kpii-wrong = What is wrong
kpii-changed-note = centre and day: before → after
kpii-new-note = nothing was known of these days
kpii-same-note = nothing changes
kpii-cells-shown = { $shown } of { $total } centre-days
kpii-day = Day
kpii-figures = Main figures
kpii-completes = Mended rows for batch { $number }
kpii-completes-missing = { $count ->
    [one] { $count } row is still left out
   *[other] { $count } rows are still left out
}
kpii-mend = Mend the rows that were left out
kpii-mend-note = in the page, or download, correct, bring them back
kpii-mend-go = Bring mended rows
kpii-mend-here = Mend here
kpii-mend-title = Rows of batch { $number } with errors
kpii-mend-how = Correct what is wrong, in any cell. The rows that you change are looked at, and imported with the batch once you agree; the others stay left out. What ties rows together (repeat contacts, double scorings) is counted within one file: where that matters, mend the whole file and let it take the batch’s place.
kpii-mend-row = Row { $row }
kpii-mend-beyond = beyond the last column
kpii-mend-more = { $count ->
    [one] One more row follows when these are done.
   *[other] { $count } more rows follow when these are done.
}
kpii-mend-look = See what the mended rows do
kpii-mend-none = No row is left to be mended
kpii-mend-none-about = All rows that were left out have been brought since.
kpii-commit-mend = { $count ->
    [one] Import the one good row, mend the others here
   *[other] Import the { $count } good rows, mend the others here
}
problem-kpi-mend-nothing = No cell was changed. Correct at least one row.
kpii-batch-locked = A month of this batch is locked; it cannot be taken back.
kpii-known = Remembered mappings
kpii-known-note = used again for files with the same columns
kpii-width = Columns
kpii-by = By
kpii-at = When
kpii-locks = Locked months
kpii-locks-about = The data of a locked month stay as they are: nothing is imported, replaced or taken back there until it is opened again.
kpii-locks-none = No month is locked
kpii-is-locked = Locked
kpii-is-open = Opened again
kpii-lock = Lock a month, or open it again
kpii-lock-note = both stand in the log with their reason
kpii-month-help = Like 2026-10.
kpii-lock-go = Lock
kpii-unlock-go = Open again
kpii-locked = { $what } is locked
kpii-unlocked = { $what } is open again
kpii-lock-too = Lock the data of this month
kpii-lock-too-help = Imports and take-backs of this month are refused until it is opened again.
kpii-lock-published = The scorecard was published
