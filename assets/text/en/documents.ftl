# Documents: what happened, what is refused

event-documents-create = { $who } created { $what }
event-documents-save = { $who } saved the draft of { $what }
event-documents-revise = { $who } started the revision { $what }
event-documents-submit = { $who } submitted { $what }
event-documents-agree = { $who } reviewed { $what } and agrees
event-documents-approve = { $who } approved { $what }
event-documents-return = { $who } returned { $what }
event-documents-release = { $who } released { $what }
event-documents-withdraw = { $who } withdrew { $what }
event-documents-adopt = { $who } took over { $what }
event-documents-discard = { $who } discarded the draft { $what }

problem-document-title-required = Give the document a title in one language at least.
problem-document-title-of-text = There is a text in this language: give it a title too.
problem-document-title-long = The title has one line and at most { $max } characters.
problem-document-tier = Choose a tier from 1 to 4.
problem-document-code = A code has at most { $max } characters, and no brackets, quotes, ?, # or %.
problem-document-code-taken = { $code } exists already: choose another code, or leave it empty to draw the next one.
problem-code-pattern = The pattern “{ $pattern }” has no serial such as {"{"}nn{"}"}, or an unknown word in braces.
problem-code-needs-owner = The code of this tier contains the unit: choose the owner first.
problem-document-label = A version label has at most 20 characters, and none of < > & ? #.
problem-document-own-parent = A document cannot stand above itself.
problem-document-not-yours = Only its author or a quality manager may change this draft.
problem-document-not-draft = { $label } is no draft any more; it can be changed again when it is returned.
problem-document-not-effective = No version of this document is in force.
problem-document-being-revised = { $label } is being prepared by { $who } already.
problem-document-text-required = There is no text yet: write one before submitting.
problem-document-approver-required = Choose an approver.
problem-document-approver-own = { $who } wrote or submits this version and cannot approve it: choose somebody else.
problem-document-reviewer-unknown = One of the reviewers may not review documents (any more): choose again.
problem-document-reviewer-own = { $who } is author, submitter or approver and cannot review as well: choose somebody else.
problem-document-not-asked = You were not asked to review or approve this version.
problem-document-round-over = The review of { $label } is over, or you have answered already.
problem-document-reviewers-first = { $count ->
    [one] { $count } reviewer has not agreed yet; approval comes after.
   *[other] { $count } reviewers have not agreed yet; approval comes after.
}
problem-document-decision = This answer does not belong to what you were asked for.
problem-document-own-version = Author and submitter cannot review or approve their own version.
problem-document-content-changed = The content is not what was submitted: open it again and read it once more.
problem-document-not-approved = This version is not approved.
problem-document-not-due = The day of this version has not come.
problem-reason-required = Give a reason.
problem-date-past = This day has passed; today is { $today }.
