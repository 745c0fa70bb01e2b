# Ledger and history

history-ledger = Ledger
history-about = Everything that happened, in order; nothing here can be changed or removed
history-event = Event { $seq }
history-system = The system
history-cli = Command line ({ $user })
history-token = { $who } (API token)
history-because = Reason: { $reason }
history-other = { $who } did { $action } to { $what }
history-filter = Filter the ledger
history-all = All
history-who = Who
history-what = Did what
history-kind = Kind of object
history-from = From
history-to = To
history-seq = No.
history-at = Time
history-happened = What happened
history-reason = Reason
history-object = Object
history-nothing = No event matches
history-nothing-text = Widen the filter and try again.
history-head = Head of the log
history-head-note = One number that proves that no line above was changed
history-size = Events
history-root = Root hash
history-request = Request number
history-hash = Leaf hash
history-rows = { $count ->
    [0] No row changed
    [one] { $count } row changed
   *[other] { $count } rows changed
}
history-rows-note = Compared with the earlier content in this object's history
history-gone = This row was removed.
history-first = This row appears for the first time.
history-no-rows = This event changed no data.
history-column = Column
history-old = Before
history-new = After

history-group-documents = Documents
history-group-records = Records
history-group-kpi = KPIs
history-group-cycle = PDCA cycles
history-group-user = People and rights
history-group-token = API tokens
history-group-organisation = Organisation
history-group-unit = Units
history-group-centre = Centres
history-group-scheme = Numbering
history-group-evidence = Evidence files

history-kind-document = Document
history-kind-record = Record
history-kind-kpi = KPI
history-kind-batch = Import batch
history-kind-signal = Signal
history-kind-cycle = PDCA cycle
history-kind-user = Person
history-kind-organisation = Organisation
history-kind-unit = Unit
history-kind-centre = Centre
history-kind-evidence = Evidence file

history-table-users = People
history-table-grants = Grants
history-table-tokens = API tokens
history-table-organisation = Organisation
history-table-units = Units
history-table-centres = Centres
history-table-schemes = Numbering
history-table-evidence = Evidence files
history-table-documents = Documents
history-table-document-versions = Document versions
history-table-document-reviews = Reviews and approvals
history-table-document-files = Attachments
history-table-records = Records
history-table-kpi-definitions = KPI definitions
history-table-kpi-profiles = Profiles
history-table-kpi-targets = KPI targets
history-table-kpi-batches = Import batches
history-table-kpi-mappings = KPI mappings
history-table-kpi-locks = Locked months
history-table-kpi-signals = Signals
history-table-kpi-phases = Phases of control charts
history-table-kpi-scorecards = Published scorecards
history-table-cycles = PDCA cycles
history-table-cycle-tests = Tests of cycles
history-table-cycle-actions = Actions

problem-ledger-day = “{ $value }” is not a date; write it like 2026-11-21

event-organisation-set-up = { $who } set up the organisation { $what }
event-unit-create = { $who } added the unit { $what }
event-centre-create = { $who } added the centre { $what }
event-centre-change = { $who } changed the centre { $what }
event-scheme-change = { $who } changed the numbering to { $pattern }
event-user-create = { $who } added { $what }
event-user-grant = { $who } gave { $what } the role { $role }
event-user-revoke = { $who } took the role { $role } from { $what }
event-user-activate = { $who } activated the account of { $what }
event-user-deactivate = { $who } deactivated the account of { $what }
event-user-password = { $who } reset the password of { $what }
event-token-create = { $who } made the API token “{ $token }”
event-token-revoke = { $who } revoked the API token “{ $token }”
