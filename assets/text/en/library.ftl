# Documents: list, pyramid, comparison, import and export

library-views = Views
library-view-list = List
library-view-map = Pyramid
library-filter = Filter documents
library-q = Code or title
library-tier = Tier
library-state = State
library-owner = Owner
library-all = All
library-code = Code
library-title = Title
library-version = Version
library-effective = In force since
library-list = List of documents
library-count = { $count ->
    [one] { $count } document
   *[other] { $count } documents
}
library-first = { $count } on this page, more follow
library-open = { $label } { $state }
library-new = New document
library-register = Register of controlled documents
library-csv = Download the register (CSV)
library-on = As of { $day }
library-uncontrolled = Printed copies are not controlled
library-quoted = containing “{ $text }”
library-none = No document matches
library-none-hint = Widen the filters, or look inside the texts with the search above.
library-empty = No documents yet
library-empty-hint = Documents that you create, or import from a folder, are listed here.

library-map-title = Document pyramid
library-map-sub = { $total ->
    [one] { $total } document
   *[other] { $total } documents
}, { $force } in force, { $gaps ->
    [one] { $gaps } gap
   *[other] { $gaps } gaps
}
library-tiers = Four tiers of documents
library-tier-1 = 1 Quality manual
library-tier-2 = 2 Procedures
library-tier-3 = 3 Work instructions
library-tier-4 = 4 Records
library-tier-say-1 = The programme; few, long-lived
library-tier-say-2 = The body of the system, used most
library-tier-say-3 = What procedures leave open
library-tier-say-4 = The evidence of activities
library-gaps = { $count ->
    [one] { $count } gap
   *[other] { $count } gaps
}
library-gaps-more = { $count } more in the list below
library-gap-orphan = { $code } has nothing above it
library-gap-unused = { $code } is used by nothing
library-gap-no-record = { $code } has no record
library-gap-dangling = { $code } names { $target }, which does not exist
library-legend = Legend
library-legend-waiting = In review or waiting for its day
library-legend-gap = Gap (!): named but missing, or with nothing above it
library-tree = Tier by tier
library-tree-note = The same data as the picture, for the keyboard
library-loose = Documents that hang on nothing
library-loose-note = Nothing stands above them, or they stand above each other in a ring
library-below = { $count ->
    [one] { $count } document below
   *[other] { $count } documents below
}

library-compare = Compare
library-compare-title = { $from } and { $to } compared
library-compare-first = { $label } compared
library-compare-from = Earlier version
library-compare-to = Later version
library-compare-one = There is no other version to compare with
library-compare-one-hint = This document has only one version so far.
library-language = Language of the text
library-language-zh = 中文
library-language-en = English
library-sum-changed = clauses changed
library-sum-ins = additions
library-sum-del = deletions
library-sum-same = clauses unchanged
library-fields = Changed properties
library-field = Property
library-reason = Reason for the change
library-form = Form definition
library-parents = Parents
library-files = Files
library-text = Text
library-text-note = Word by word; additions are underlined, deletions struck through
library-clause = Clause
library-clause-added = new clause
library-clause-removed = removed clause
library-clause-moved = was { $old }
library-clause-changed = { $ins } added, { $del } deleted
library-clause-was = was “{ $old }”
library-clause-none = (no such clause)
library-clause-untitled = (untitled)
library-fold = { $count ->
    [one] { $count } clause unchanged:
   *[other] { $count } clauses unchanged:
}

library-passed-named = named by a document
library-passed-unnamed = no document names it
library-passed-history = an earlier version; only versions in force and drafts are imported
library-passed-encoding = neither UTF-8 nor GB18030
library-passed-link = a symbolic link is not followed
library-passed-hidden = hidden
library-passed-special = not an ordinary file
library-passed-large = larger than allowed (20 MB for images, 2 MB for other files)
library-passed-unreadable = cannot be read

library-defect-two-codes = states the code { $what }, but also { $against }
library-defect-two-versions = states the version { $what }, but also { $against }
library-defect-two-parents = names { $what } as the document above, but also { $against }
library-defect-two-parent-versions = states the version { $what } of the document above, but also { $against }
library-defect-dangling = { $what } does not exist
library-defect-duplicate = { $what } is the code of { $against } already; taken by the name of its file
library-defect-orphan = { $what } has nothing above it
library-defect-no-code = states no code; taken by the name of its file
library-defect-unknown-tier = nothing says which tier { $what } belongs to
library-defect-missing-image = the image { $what } is missing
library-defect-missing-file = the file { $what } is missing
library-defect-encoding = neither UTF-8 nor GB18030: save it as UTF-8
library-defect-front-matter = { $what }

problem-folder-missing = there is no such folder
problem-folder-large = more than { $files } files or { $bytes } bytes: import it in parts
problem-folder-not-empty = the folder holds files that are no earlier export: name an empty one
problem-folder-manifest = the list of the earlier export is damaged: name an empty folder
problem-folder-changed = changed since it was exported: move it away, or name an empty folder
problem-folder-path-taken = there is another file of this name: move it away, or name an empty folder
problem-import-empty = the file holds no text
problem-import-refused = not taken: { $detail }
problem-import-no-organisation = set up the organisation first: start `cairn serve` and open its set-up page
