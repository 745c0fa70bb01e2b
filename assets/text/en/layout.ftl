# The shell, the shared components, and the words used everywhere (states, tiers, roles, centre types)

layout-skip = Skip to content
layout-home = Cairn, home
layout-demo = Demo data: people and figures are invented
layout-menu = Menu
layout-areas = Main navigation
layout-crumbs = You are here
layout-search = Search
layout-search-hint = Search codes, clauses, records
layout-other-language = 中文
layout-sign-in = Sign in
layout-sign-out = Sign out
layout-account = My account
layout-account-menu = account menu
layout-administration = Administration
layout-theme = Appearance
layout-theme-system = As the system
layout-theme-light = Light
layout-theme-dark = Dark
layout-as-of = Data as of { $at }
layout-waiting = { $count ->
    [one] { $count } item waiting
   *[other] { $count } items waiting
}
layout-offline = The server cannot be reached; nothing was changed. Try again in a moment.
layout-leave = There is text that has not been saved. Leave this page?

layout-area-my-work = My work
layout-area-documents = Documents
layout-area-records = Records
layout-area-audits = Audits
layout-area-improvement = Improvement
layout-area-kpis = KPIs
layout-area-dashboard = Dashboard

layout-admin-people = People and roles
layout-admin-organisation = Organisation
layout-admin-rights = Who may do what
layout-admin-ledger = Ledger

layout-gate-say =
    Every figure,
    every clause,
    every decision
    leads back to its evidence.
layout-gate-new = A new quality system

layout-error-title = { $status ->
    [401] Please sign in
    [403] You may not do this
    [404] There is no such page
    [409] Someone else has changed this
    [412] Someone else has changed this
    [413] The upload is too large
    [419] This page has expired
    [429] Too many attempts
    [503] The system is busy
   *[other] Something went wrong
}
layout-error-text = { $status ->
    [401] Your session has ended. Sign in again to go on.
    [403] If your work needs it, ask an administrator for the role.
    [404] The address may be wrong, or you may not see what it names. Try a search by code or title.
    [409] Go back, load the newest content and do it again; what you typed is not lost.
    [412] Go back, load the newest content and do it again; what you typed is not lost.
    [413] Split it and upload again, or ask an administrator to raise the limit.
    [419] Go back, reload the page and submit once more.
    [429] Wait a minute and try again.
    [503] Try again in a moment; nothing was changed.
   *[other] Nothing was changed. Try again later; if it stays, give the administrator the number below.
}
layout-error-home = Go to the start page
layout-error-request = Request number

layout-errors = { $count ->
    [one] There is { $count } thing to correct
   *[other] There are { $count } things to correct
}
layout-error = Error:
layout-optional = (optional)
layout-show = Show
layout-apply = Apply filters
layout-filters-on = Filters in force
layout-remove = remove
layout-clear = Clear all
layout-pages = Pages
layout-previous = Previous
layout-next = Next
layout-steps = Steps
layout-open = Open
layout-yes = yes
layout-no = no
layout-lost = the document referred to does not exist
layout-figures = Figures
layout-print = Print
layout-save = Save
layout-cancel = Cancel
layout-history = History
layout-once = Copy this now and keep it safe: it is not shown again.
layout-copy = Copy
layout-copied = Copied

layout-tools = Formatting
layout-tool-h2 = Section heading
layout-tool-h3 = Clause heading
layout-tool-bold = Bold
layout-tool-list = List
layout-tool-link = Refer to a document
layout-tool-table = Table
layout-preview = Preview
layout-preview-empty = What you write appears here as it will be published.
layout-draft-saved = Saved
layout-draft-dirty = Changes not saved yet
layout-draft-kept = The server cannot be reached; your text is kept in this browser
layout-print-foot = Printed copies are not controlled. { $who } { $at }
layout-draft-refused = The text could not be saved by itself and is kept in this browser; press Save to see why
layout-draft-ended = Your session has ended; your text is kept in this browser and can be taken back after signing in
layout-draft-found = This browser holds text that did not reach the server, kept at
layout-draft-take = Take it back
layout-draft-drop = Discard it

# States
state-draft = Draft
state-in-review = In review
state-approved = Approved
state-effective = In force
state-superseded = Superseded
state-withdrawn = Withdrawn
state-returned = Returned
state-submitted = Submitted
state-locked = Locked
state-overdue = Overdue
state-due-soon = Due soon
state-due = Not due yet
state-waiting = Waiting
state-open = Not started
state-in-progress = In progress
state-done = Done
state-cancelled = Cancelled
state-closed = Closed
state-met = Target met
state-in-range = Within range
state-out-of-range = Out of range
state-no-data = No data
state-no-target = No target set
state-incomplete = Incomplete
state-signal = Signal
state-active = Active
state-blocked = Blocked
state-expired = Expired
state-revoked = Revoked
state-new = New
state-changed = Changed
state-same = Same
state-ignored = Ignored
state-warning = Notice
state-error = Error
state-missing = Missing
state-orphan = No parent

# Tiers
tier-1 = Quality manual
tier-2 = Procedure
tier-3 = Work instruction
tier-4 = Record

# Roles
role-administrator = Administrator
role-quality-manager = Quality manager
role-author = Author
role-approver = Approver
role-auditor = Auditor
role-executive = Executive
role-staff = Staff

# Centre types
centre-type-cost-control = Cost control
centre-type-customer-experience = Customer experience
centre-type-profit-creating = Profit creation
layout-sheets = Download as a file
