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
library-on = As of { $day }
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
library-passed-encoding = neither UTF-8, UTF-16 nor GB18030
library-passed-name = left out by its name
library-passed-empty = holds nothing
library-passed-link = a symbolic link is not followed
library-passed-hidden = hidden
library-passed-special = not an ordinary file
library-passed-large = larger than allowed (20 MB for images, 2 MB for other files)
library-passed-unreadable = cannot be read

library-defect-two-codes = { $origin ->
    [header] the header table
    [heading] a heading
    [file-name] the name of the file
   *[other] the front matter
} says { $other }, but the document is taken as { $code }: correct one of them
library-defect-duplicate-code = the code { $code } belongs to { $other }: taken by the name of its file; give it a code of its own, or treat it as a filled record
library-defect-unknown-tier = the tier of { $code } is unknown: add its type to the import patterns, or state “tier:”
library-defect-two-versions = the header table says version { $other }, but the document is taken as { $version }: correct one of them
library-defect-two-values = { $name ->
    [title] the title
    [parent] the document above
    [parents] what stands above it
    [parent-version] the version of the document above
    [version] the version
    [owner] the owner
    [tier] the tier
   *[other] { $name }
} is { $value } in one place and { $other } in another: correct one of them
library-defect-dangling-reference = { $code } does not exist here: correct the reference or add the document
library-defect-wrong-title = { $code } is called “{ $title }” here, but is “{ $other }”: one of the two is wrong
library-defect-orphan = no other document refers to { $code }: name it where it is used, or withdraw it
library-defect-no-parent = { $code } names no document above it: state “parents:”
library-defect-missing-image = the picture { $target } is not in the folder
library-defect-missing-file = the file { $target } is not in the folder
library-defect-other-case = { $target } is not in the folder, only { $other }, which differs in upper and lower case: write it alike
library-defect-front-matter = { $message }
library-defect-unreadable = neither UTF-8, UTF-16 nor GB18030: save it as UTF-8
library-defect-foreign-reference = { $code } belongs to another system than this folder: keep it as an outside document
library-defect-stale-parent-version = refers to version { $version } of { $code }, which is at { $other }: check whether it still fits
library-defect-bad-link = the link target { $target } cannot be right: correct it
library-defect-remote-image = the picture { $target } is on another server and is shown as a link only
library-defect-no-front-matter = the file has no front matter, unlike the other documents
library-defect-no-code = states no code; taken by the name of its file

problem-folder-missing = there is no such folder
problem-folder-large = more than { $files } files or { $bytes } bytes: import it in parts
problem-folder-not-empty = the folder holds files that are no earlier export: name an empty one
problem-folder-manifest = the list of the earlier export is damaged: name an empty folder
problem-folder-changed = changed since it was exported: move it away, or name an empty folder
problem-folder-path-taken = there is another file of this name: move it away, or name an empty folder
problem-import-patterns-toml = the patterns cannot be read: { $message }
problem-import-patterns-shape = shapes, entry { $place }: “{ $shape }” is no pattern of a code: give it one serial such as {"{"}nn{"}"}, and a separator between words
problem-import-patterns-tier = there is no tier { $tier }: a tier is a number from 1 to 4
problem-import-patterns-type = the type { $name } stands under two tiers: remove it from one
problem-import-empty = the file holds no text
problem-import-refused = not taken: { $detail }
problem-import-no-organisation = set up the organisation first: start `cairn serve` and open its set-up page
