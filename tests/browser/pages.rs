//! Every page type with a real address of the demo. A new page route stands here, or in `EXCUSED` with the reason.

/// How a page is reached.
pub enum Way {
    /// Its address.
    At(&'static str),
    /// The first link on another page that a selector finds.
    Link(&'static str, &'static str),
    /// A page, and what is done there to get to the one meant.
    Done(&'static str, &'static str),
    /// A link on a page, and what is done behind it.
    Behind(&'static str, &'static str, &'static str),
    /// The set-up of an empty installation, and what is done there, one page after another; `arguments[0]` is the one-time code.
    Empty(&'static [&'static str]),
}

/// One page type.
pub struct Page {
    /// What it is called when something is wrong with it.
    pub name: &'static str,
    /// Route pattern, or [`NO_ROUTE`] for an error page.
    pub route: &'static str,
    /// Login of the demo; empty for nobody.
    pub who: &'static str,
    pub way: Way,
    pub status: u16,
}

/// Error pages belong to no route.
pub const NO_ROUTE: &str = "(error page)";

/// Routes of a GET that are no pages.
pub const EXCUSED: [(&str, &str); 17] = [
    ("/assets/{path:.*}", "styles, script, icons"),
    ("/healthz", "JSON for machines"),
    ("/readyz", "JSON for machines"),
    ("/preferences", "only sends back to the account page"),
    ("/search/suggest", "a fragment of the page around it; looked at in the journey"),
    ("/kpis/definitions/check", "a fragment of the form around it; tests/definitions.rs"),
    ("/documents/register.{format}", "a file"),
    ("/documents/{id}/files/{path:.*}", "a file"),
    ("/documents/files/{hash}", "a file"),
    ("/kpis/import/rows/{id}", "a file"),
    ("/kpis/batches/{number}/rejected", "only sends to the file"),
    ("/kpis/import/{id}/commit", "only sends to the batch, or shows the preview; tests/wizard.rs"),
    ("/kpis/files/{what}.{format}", "a file"),
    ("/dashboard/files/{what}.{format}", "a file"),
    ("/kpis/{centre}/{code}/rows.{format}", "a file"),
    ("/records/{form}/export.{format}", "a file"),
    ("/improvement/{id}", "only sends to the page of the number"),
];

/// Sends a form as it stands, past the browser's own checks and past the script.
pub const SEND: &str = "HTMLFormElement.prototype.submit.call(document.querySelector('main form[method=post]'))";
/// Asks for a staffing that nobody can plan.
const REFUSE: &str = "document.querySelector('#f-level').value = '100'; document.querySelector('form.form').submit()";
/// Sends an empty form to where one may not.
const FORGE: &str = "const form = document.createElement('form'); form.method = 'post'; form.action = '/kpis/import'; \
    form.append(document.querySelector('[name=_csrf]').cloneNode()); document.body.append(form); form.submit()";
/// Sends a small call log through the wizard, as far as a step; the page of that step is what is looked at.
const PASTE: &str = "document.querySelector('[name=kind][value=interactions]').checked = true; \
    document.querySelector('[name=centre]').value = 'HD'; document.querySelector('[name=pasted]').value = \
    '流水号\\t日期\\t结果\\t排队时长\\nT1\\t2026-11-20 09:00:00\\t已接通\\t12\\nT2\\t2026-11-20 09:05:00\\t九二\\t40'; \
    HTMLFormElement.prototype.submit.call(document.querySelector('main form[enctype]'))";
/// Takes the mapping as it was guessed and goes on to the preview.
const PREVIEW: &str = "fetch(location.pathname.replace('/header', '/mapping')).then((answer) => answer.text()).then((text) => { \
    const form = new DOMParser().parseFromString(text, 'text/html').querySelector('main form'); \
    document.body.append(form); HTMLFormElement.prototype.submit.call(form); })";
/// Saves a draft as if somebody else had saved it since.
const STALE: &str = "document.querySelector('main form [name=row_version]').value = '0'; \
    document.querySelector('main form[method=post]').dataset.sent = '1'; document.querySelector('main form[method=post]').submit()";
/// Leaves a message for the next page, as an act does, and goes there.
const MESSAGE: &str = "document.cookie = 'flash=ok.documents-created.; path=/'; location.assign('/d/QP-02')";
/// Enters the one-time code of the set-up.
const CODE: &str = "document.querySelector('[name=setup_code]').value = arguments[0]; document.querySelector('main form').submit()";

const MANAGER: &str = "wangfang";
const ADMIN: &str = "admin";
const STAFF: &str = "zhaoxm";

const fn at(name: &'static str, route: &'static str, who: &'static str, address: &'static str) -> Page {
    Page { name, route, who, way: Way::At(address), status: 200 }
}

const fn link(name: &'static str, route: &'static str, who: &'static str, from: &'static str, selector: &'static str) -> Page {
    Page { name, route, who, way: Way::Link(from, selector), status: 200 }
}

const fn done(
    name: &'static str,
    route: &'static str,
    who: &'static str,
    from: &'static str,
    script: &'static str,
    status: u16,
) -> Page {
    Page { name, route, who, way: Way::Done(from, script), status }
}

const fn behind(
    name: &'static str,
    route: &'static str,
    from: &'static str,
    selector: &'static str,
    script: &'static str,
    status: u16,
) -> Page {
    Page { name, route, who: MANAGER, way: Way::Behind(from, selector, script), status }
}

const fn empty(name: &'static str, acts: &'static [&'static str], status: u16) -> Page {
    Page { name, route: "/setup", who: "", way: Way::Empty(acts), status }
}

/// Pages of one person stand together: changing places takes time.
pub const PAGES: &[Page] = &[
    at("sign-in", "/sign-in", "", "/sign-in"),
    done("sign-in refused", "/sign-in", "", "/sign-in", "document.querySelector('form.form').submit()", 422),
    Page { status: 404, ..at("no such page, for nobody", NO_ROUTE, "", "/nothing/here") },
    empty("set-up, code", &[], 200),
    empty("set-up, code refused", &[SEND], 422),
    empty("set-up", &[CODE], 200),
    // The code was given just before.
    empty("set-up refused", &[SEND], 422),
    at("my work", "/", MANAGER, "/"),
    at("my work, done", "/", MANAGER, "/?tab=done"),
    Page { status: 404, ..at("no such document", NO_ROUTE, MANAGER, "/d/NOPE-01") },
    at("library, list", "/documents", MANAGER, "/documents?tier=2"),
    at("library, nothing found", "/documents", MANAGER, "/documents?q=zzzz"),
    at("library, pyramid", "/documents", MANAGER, "/documents?view=map"),
    at("library, register", "/documents", MANAGER, "/documents?view=register"),
    at("new document", "/documents/new", MANAGER, "/documents/new"),
    done("new document refused", "/documents/new", MANAGER, "/documents/new", SEND, 422),
    at("reader, in force", "/d/{code:.*}", MANAGER, "/d/QP-02"),
    at("reader, form", "/d/{code:.*}", MANAGER, "/d/FR-02"),
    at("reader, draft", "/d/{code:.*}", MANAGER, "/d/WI-05?v=A/1"),
    at("reader, in review", "/d/{code:.*}", MANAGER, "/d/WI-06?v=A/1"),
    at("reader, approved", "/d/{code:.*}", MANAGER, "/d/QP-02?v=B/1"),
    at("reader, superseded", "/d/{code:.*}", MANAGER, "/d/QP-02?v=A/0"),
    at("reader, withdrawn", "/d/{code:.*}", MANAGER, "/d/WI-08?v=A/0"),
    done("reader, with a message", "/d/{code:.*}", MANAGER, "/", MESSAGE, 200),
    link("editor", "/documents/{id}/edit", MANAGER, "/d/WI-05?v=A/1", "main a[href$='/edit']"),
    behind("editor, conflict", "/documents/{id}/edit", "/d/WI-05?v=A/1", "main a[href$='/edit']", STALE, 409),
    link("submission", "/documents/{id}/submit", MANAGER, "/d/WI-05?v=A/1", "main a[href$='/submit']"),
    behind("submission refused", "/documents/{id}/submit", "/d/WI-05?v=A/1", "main a[href$='/submit']", SEND, 422),
    link("comparison", "/documents/compare/{id}", MANAGER, "/d/QP-02", "main a[href*='/compare/']"),
    at("search", "/search", MANAGER, "/search?q=投诉"),
    at("search, nothing found", "/search", MANAGER, "/search?q=zzzz"),
    at("records", "/records", MANAGER, "/records"),
    at("register of a form", "/records/{form}", MANAGER, "/records/FR-02"),
    at("register without records", "/records/{form}", MANAGER, "/records/FR-07"),
    at("new record", "/records/{form}/new", MANAGER, "/records/FR-08/new"),
    link("record, locked", "/r/{id}", MANAGER, "/records/FR-08", "main td a[href^='/r/'], main th a[href^='/r/']"),
    at("dashboard", "/dashboard", MANAGER, "/dashboard"),
    done("dashboard, freezing refused", "/dashboard", MANAGER, "/dashboard", SEND, 422),
    at("reviews", "/dashboard/reviews", MANAGER, "/dashboard/reviews"),
    link("review", "/dashboard/reviews/{id}", MANAGER, "/dashboard/reviews", "main tbody a"),
    at("KPIs", "/kpis", MANAGER, "/kpis"),
    at("centre", "/kpis/{centre}", MANAGER, "/kpis/HD"),
    at("KPI", "/kpis/{centre}/{code}", MANAGER, "/kpis/HD/service_level"),
    at("KPI of single values", "/kpis/{centre}/{code}", MANAGER, "/kpis/HD/aht_s"),
    at("KPI of subgroups", "/kpis/{centre}/{code}", MANAGER, "/kpis/HD/qa_score?points=week"),
    at("rows behind a KPI", "/kpis/{centre}/{code}/rows", MANAGER, "/kpis/HD/service_level/rows"),
    at("KPI without data", "/kpis/{centre}/{code}", MANAGER, "/kpis/HD/blocked_rate"),
    at("results by person", "/kpis/{centre}/{code}/agents", MANAGER, "/kpis/HD/service_level/agents"),
    at("control phases", "/kpis/{centre}/{code}/phases", MANAGER, "/kpis/HD/service_level/phases"),
    at("control phases by week", "/kpis/{centre}/{code}/phases", MANAGER, "/kpis/HD/aht_s/phases?points=week"),
    done("control phases refused", "/kpis/{centre}/{code}/phases", MANAGER, "/kpis/HN/service_level/phases", SEND, 422),
    at("definitions", "/kpis/definitions", MANAGER, "/kpis/definitions"),
    at("definition", "/kpis/definitions/{code}", MANAGER, "/kpis/definitions/service_level"),
    at("measures", "/kpis/definitions/measures", MANAGER, "/kpis/definitions/measures"),
    at("new definition", "/kpis/definitions/new", MANAGER, "/kpis/definitions/new"),
    done("new definition refused", "/kpis/definitions/new", MANAGER, "/kpis/definitions/new", SEND, 422),
    at("definition changed", "/kpis/definitions/{code}/edit", MANAGER, "/kpis/definitions/service_level/edit"),
    at("profiles", "/kpis/profiles", MANAGER, "/kpis/profiles"),
    at("profile", "/kpis/profiles/{type}", MANAGER, "/kpis/profiles/cost_control"),
    at("profile changed", "/kpis/profiles/{type}/edit", MANAGER, "/kpis/profiles/customer_experience/edit"),
    done("profile refused", "/kpis/profiles/{type}/edit", MANAGER, "/kpis/profiles/customer_experience/edit", SEND, 422),
    at("targets", "/kpis/targets/{centre}", MANAGER, "/kpis/targets/HD"),
    at("target changed", "/kpis/targets/{centre}", MANAGER, "/kpis/targets/HD?edit=service_level"),
    done("target refused", "/kpis/targets/{centre}", MANAGER, "/kpis/targets/HD?edit=service_level", SEND, 422),
    at("import batches", "/kpis/batches", MANAGER, "/kpis/batches"),
    at("import batch", "/kpis/batches/{number}", MANAGER, "/kpis/batches/24"),
    at("rows to mend", "/kpis/batches/{number}/mend", MANAGER, "/kpis/batches/165/mend"),
    done("rows to mend refused", "/kpis/batches/{number}/mend", MANAGER, "/kpis/batches/165/mend", SEND, 422),
    at("import, source", "/kpis/import", MANAGER, "/kpis/import"),
    done("import, source refused", "/kpis/import", MANAGER, "/kpis/import", SEND, 422),
    done("import, header", "/kpis/import/{id}/header", MANAGER, "/kpis/import", PASTE, 200),
    behind("import, mapping", "/kpis/import/{id}/mapping", "/kpis/import", "main a[href$='/header']", SEND, 200),
    behind("import, preview", "/kpis/import/{id}/preview", "/kpis/import", "main a[href$='/header']", PREVIEW, 200),
    at("import in one step", "/kpis/import/direct", MANAGER, "/kpis/import/direct"),
    done("import in one step refused", "/kpis/import/direct", MANAGER, "/kpis/import/direct", SEND, 422),
    at("locked months", "/kpis/locks", MANAGER, "/kpis/locks"),
    done("locked months refused", "/kpis/locks", MANAGER, "/kpis/locks", SEND, 422),
    at("published scorecards", "/kpis/scorecards", MANAGER, "/kpis/scorecards"),
    link("published scorecard", "/kpis/scorecards/{id}", MANAGER, "/kpis/scorecards", "main tbody a"),
    at("staffing", "/kpis/staffing", MANAGER, "/kpis/staffing?patience=120"),
    done("staffing refused", "/kpis/staffing", MANAGER, "/kpis/staffing", REFUSE, 422),
    link("signal", "/kpis/signals/{id}", MANAGER, "/", "main a[href^='/kpis/signals/']"),
    at("improvement", "/improvement", MANAGER, "/improvement"),
    at("new cycle", "/improvement/new", MANAGER, "/improvement/new"),
    done("new cycle refused", "/improvement/new", MANAGER, "/improvement/new", SEND, 422),
    at("cycle", "/p/{number}", MANAGER, "/p/2026-02"),
    at("cycle, closed", "/p/{number}", MANAGER, "/p/2026-01"),
    at("plan of a cycle", "/p/{number}/plan", MANAGER, "/p/2026-02/plan"),
    at("ledger", "/ledger", MANAGER, "/ledger"),
    at("event", "/ledger/{seq}", MANAGER, "/ledger/455"),
    at("rights", "/rights", MANAGER, "/rights"),
    at("account", "/account", MANAGER, "/account"),
    at("people", "/people", ADMIN, "/people"),
    at("new person", "/people/new", ADMIN, "/people/new"),
    done("new person refused", "/people/new", ADMIN, "/people/new", SEND, 422),
    link("person", "/people/{id}", ADMIN, "/people", "main a[href^='/people/']:not([href$=new])"),
    at("organisation", "/organisation", ADMIN, "/organisation"),
    at("new centre", "/organisation/centres/new", ADMIN, "/organisation/centres/new"),
    done("new centre refused", "/organisation/centres/new", ADMIN, "/organisation/centres/new", SEND, 422),
    link(
        "centre's settings",
        "/organisation/centres/{id}",
        ADMIN,
        "/organisation",
        "main a[href^='/organisation/centres/']:not([href$=new])",
    ),
    at("my work of staff", "/", STAFF, "/"),
    at("reader of staff", "/d/{code:.*}", STAFF, "/d/WI-02"),
    link("record, draft", "/r/{id}", STAFF, "/records", "main a[href^='/r/']"),
    done("not allowed", NO_ROUTE, STAFF, "/records", FORGE, 403),
];
