# Errors
error-not-found = Not found. The address may be wrong, or you may not see what it names.
error-unauthenticated = Please sign in.
error-invalid = Several things need correcting; see the note at each.
error-stale = Someone else changed this meanwhile. Load the newest content and do it again.
error-precondition-required = A change must name the version you saw: send If-Match.
error-too-many = Too many attempts. Try again in { $seconds } seconds.
error-too-large = What was sent is larger than the limit of { $bytes } bytes.
error-busy = The system is busy; nothing was changed. Try again in a moment.
error-storage = Storage is full or cannot be written; nothing was kept. Ask the administrator to check the disk.
error-internal = Something went wrong on our side; nothing was changed.

# Problems of what was sent
problem-not-permitted = You may not do this; it needs the right: { $permission ->
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
problem-form-token = This page has expired. Go back, reload it and submit once more.
problem-required = Fill this in.
problem-too-long = Too long: at most { $max } characters.
problem-no-spaces = Must not contain spaces.
problem-control-character = There is a character in it that cannot be kept (a zero byte). Remove it, or type the text anew.
problem-unknown-field = There is no such field. Check the spelling or see the description of the API.
problem-bad-shape = What was sent cannot be read: { $detail }
problem-body-stalled = The upload broke off or stalled; nothing was changed. Try again.
problem-already-exists = The same code or name exists already ({ $what }). Choose another.
problem-unknown-login = There is nobody with the login name { $login }.
problem-unknown-choice = Choose one of those offered.

# Configuration and command line
problem-not-an-address = Must begin with http:// or https://.
problem-address-in-use = The address { $address } is in use. Stop the program that holds it, or choose another port, for example --listen 127.0.0.1:8081.
problem-address-denied = Not allowed to listen on { $address }. Choose a port above 1024.
problem-unknown-scheme = The database address has the unknown scheme { $scheme }. Use postgres://, or leave DATABASE_URL unset for the embedded database.
problem-database-newer = The database ({ $version }) is newer than this program. Use a newer program.

# Rights
permission-read-documents = Read documents in force and superseded
permission-read-drafts = Read every draft and review
permission-write-documents = Write and revise documents, submit one's own drafts
permission-review-documents = Be named as reviewer
permission-approve-documents = Be named as approver
permission-manage-documents = Release early, withdraw, edit any draft, set owner and parents
permission-transfer-documents = Import and export folders of documents
permission-fill-records = Fill in and submit records
permission-read-records = Read all records
permission-read-kpis = Read KPI values, trends and scorecards
permission-import-kpis = Import call data, undo and replace batches
permission-manage-kpis = Set targets, explain signals
permission-read-cycles = Read PDCA cycles
permission-run-cycles = Open and run PDCA cycles
permission-do-actions = Carry out actions assigned to oneself
permission-read-ledger = Read the ledger and the table of rights
permission-manage-people = Manage people and grants
permission-manage-organisation = Manage organisation, units, centres and numbering
permission-use-tokens = Make API tokens for oneself
problem-not-a-demo = The folder { $folder } holds something else than a demo and is left alone. Choose another one with --data.
