# Signing in
people-sign-in = Sign in
people-login = Login name
people-login-help = Used to sign in; letters and digits, no spaces.
people-password = Password
people-demo = Enter as a demo person
people-demo-note = no password needed
people-post-does = { $post }: { $does }
people-does-administrator = manages people, organisation and numbering
people-does-quality-manager = keeps the documents, drives reviews, imports KPIs
people-does-author = writes and revises documents
people-does-approver = approves and signs
people-does-auditor = samples, traces, reads the ledger; changes nothing
people-does-executive = watches KPIs, scorecards and the effect of PDCA cycles
people-does-staff = reads what is in force, fills in records
problem-sign-in-wrong = Login name or password do not fit. Check capitals and input method, then try again.

# Account
people-preferences = Language and appearance
people-language = Language
people-roles = Roles
people-role = Role
people-place = Where
people-everywhere = Whole organisation
people-from = First day
people-to = Last day
people-state = State
people-act = Action
people-no-roles = No role has been granted yet.
people-sessions = Signed-in browsers
people-sessions-note = end any you do not know, and change your password
people-browser = Browser
people-network = Network address
people-since = Since
people-seen = Last used
people-here = (this one)
people-end = End
people-session-ended = That browser is signed out.
people-change-password = Change password
people-change-password-note = other browsers must sign in again
people-password-current = Present password
people-password-new = New password
people-password-help = At least 10 characters; the longer the better, no special ones required.
people-password-changed = Password changed; other browsers are signed out.
problem-password-wrong = The present password does not fit.
problem-password-short = Too short: at least { $min } characters.
people-tokens = API tokens
people-tokens-note = let programs use the API in your name
people-token-name = Purpose
people-token-name-help = For example: daily import from the telephony system
people-token-scopes = What it may do
people-token-until = Last day
people-token-create = Create a token
people-token-new = New token
people-token-revoke = Revoke
people-token-revoked = The token is revoked and no longer works.
problem-unknown-scope = There is no right named { $scope }.
problem-token-days = Must lie between today and { $max } days from now.
problem-token-makes-token = A token cannot make tokens; sign in to do it.

# Table of rights
people-rights-note = The program goes by this table; there are no exceptions elsewhere.
people-right = Right
people-rights-objects = On top come rules of the object: the approver is neither author nor submitter; a draft is seen by those taking part; an action is done by its owner or a quality manager.

# Managing people
people-comma = {", "}
people-new = Add a person
people-create = Create
people-created = { $what } was created. Now grant a role.
people-name = Name
people-name-en = Name in English
people-post = Post
people-post-en = Post in English
people-email = E-mail
people-password-first = First password
people-choose = Choose
people-grant = Grant a role
people-granted = The role is granted.
people-revoke = Revoke
people-revoked = The role is revoked from the next request on.
people-set-password = Set a new password
people-set-password-note = ends all sessions of this person
people-password-set = The password is set.
people-access = Access
people-deactivate = Deactivate
people-deactivate-note = Ends all sessions at once and bars sign-in; history keeps the name.
people-activate = Activate again
people-deactivated = Deactivated.
people-activated = Activated again.
problem-login-taken = The login name { $login } is taken.
problem-ends-before-start = The last day is before the first.
problem-last-administrator = This is the last administrator: grant that role to somebody else first.

# History
event-user-locale = { $who } changed the language of the interface
