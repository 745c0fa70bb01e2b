//! One request of a page: who, in which language, from where; and the ways a handler answers it. A handler translates: it hands a
//! closure to [`Visit::page`] (read) or [`Visit::write`] (change), and a service does the work on a thread that may block.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::PageError;
use super::form::Form;
use super::session::{self, Claims};
use super::shell::{self, Area, Flash};
use super::site::{Counts, Credential, Identity, Shell, Site};
use crate::actor::Actor;
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;
use crate::text::{Lang, t};

/// What handlers answer.
pub type PageResult = std::result::Result<HttpResponse, PageError>;

/// The id of a request, put there by the guard.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// One request of a page.
pub struct Visit {
    /// Shared parts.
    pub site: Data<Site>,
    /// Signed token, if any.
    claims: Option<Claims>,
    /// Language asked for by `?lang=`, cookie or header; a person's own choice goes before the header.
    asked_lang: Option<Lang>,
    header_lang: Lang,
    /// `light` or `dark`, if chosen.
    pub theme: Option<String>,
    /// Single keys do something (`/` goes to the search).
    pub keys: bool,
    /// Path and query.
    pub path: String,
    /// The network address it comes from.
    pub network: String,
    /// The browser as it names itself.
    pub agent: String,
    /// Only the main part is wanted.
    pub htmx: bool,
    flash: Option<Flash>,
    /// The request's id.
    pub request_id: String,
    renewed: std::sync::Mutex<Option<String>>,
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Ready<std::result::Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(PageError))
    }
}

/// Somebody signed in, the organisation, the open items.
type Known = (Identity, Arc<Shell>, Arc<Counts>);

/// What a read closure works with.
pub struct Reading<'a> {
    /// A read-only connection.
    pub conn: &'a mut Conn,
    /// Who reads.
    pub actor: Arc<Actor>,
    /// In which language.
    pub lang: Lang,
    /// The present.
    pub now: Instant,
    /// The day it is in the organisation's zone.
    pub today: NaiveDate,
    /// The organisation.
    pub shell: Arc<Shell>,
    /// Shared parts.
    pub site: Data<Site>,
}

impl Reading<'_> {
    /// A text in the page's language.
    pub fn t(&self, key: &str) -> String {
        t(self.lang, key, &[])
    }
}

/// A page: its place in the menu, its title and what its template shows.
pub struct View<V> {
    /// Title, translated.
    pub title: String,
    /// The area it belongs to.
    pub area: Option<Area>,
    /// Running head and foot on paper: head, state, foot.
    pub print: Option<[String; 2]>,
    /// The template's `view`.
    pub view: V,
    /// Status, 200 unless a form comes back.
    pub status: StatusCode,
}

impl<V: Serialize> View<V> {
    /// A page of an area.
    pub fn new(area: Area, title: impl Into<String>, view: V) -> Self {
        Self { title: title.into(), area: Some(area), print: None, view, status: StatusCode::OK }
    }

    /// The same with another status: 422 for a form that comes back, 409 for a conflict.
    #[must_use]
    pub fn status(mut self, code: u16) -> Self {
        self.status = StatusCode::from_u16(code).unwrap_or(StatusCode::OK);
        self
    }
}

impl Visit {
    fn of(request: &HttpRequest) -> Result<Self> {
        let site = request.app_data::<Data<Site>>().ok_or_else(|| Error::internal("no site"))?.clone();
        let text =
            |name: header::HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let cookie = |name: &str| request.cookie(name).map(|c| c.value().to_owned());
        let query_lang = super::form::form_urlencoded(request.query_string().as_bytes())
            .into_iter()
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| Lang::parse(&value));
        let now = site.now();
        let claims = cookie(session::cookie_name(site.config.secure())).and_then(|token| session::read(&site.secret, &token, now));
        let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        Ok(Self {
            claims,
            asked_lang: query_lang.or_else(|| cookie("lang").and_then(|value| Lang::parse(&value))),
            header_lang: Lang::accepted(&text(header::ACCEPT_LANGUAGE)).unwrap_or_default(),
            theme: cookie("theme").filter(|theme| theme == "light" || theme == "dark"),
            keys: cookie("keys").as_deref() != Some("off"),
            path: request.uri().path_and_query().map_or_else(|| "/".into(), ToString::to_string),
            network: request.peer_addr().map_or_else(|| "local".into(), |addr| addr.ip().to_string()),
            agent: text(header::USER_AGENT).chars().take(200).collect(),
            htmx: request.headers().contains_key("HX-Request"),
            flash: cookie("flash").and_then(|value| Flash::parse(&value)),
            request_id: id,
            renewed: std::sync::Mutex::new(None),
            site,
        })
    }

    /// The language before anybody is known.
    pub fn lang(&self) -> Lang {
        self.asked_lang.unwrap_or(self.header_lang)
    }

    /// The session row this visit belongs to, if its token holds.
    pub fn session_id(&self) -> Option<&str> {
        self.claims.as_ref().map(|claims| claims.sid.as_str())
    }

    /// The form token of this visit's session.
    pub fn csrf(&self) -> String {
        self.session_id().map(|id| session::csrf(&self.site.secret, id)).unwrap_or_default()
    }

    /// Checks the form token of a change.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it is not this session's.
    pub fn check_csrf(&self, form: &Form) -> Result<()> {
        let expected = self.csrf();
        if !expected.is_empty() && form.get("_csrf").is_some_and(|sent| session::same(sent, &expected)) {
            return Ok(());
        }
        Err(Error::forbidden("form-token"))
    }

    /// Admits whoever is signed in, with a form of this session: before anything that was sent is judged.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Forbidden`] for a form token that is not this session's.
    pub async fn admit(&self, form: &Form) -> Result<()> {
        self.read(|_| Ok(())).await?;
        self.check_csrf(form)
    }

    /// The command that a form means, once it is known who sent it: nobody goes to the sign-in page, whatever the form holds.
    ///
    /// # Errors
    /// As [`Visit::admit`] and [`Form::command`].
    pub async fn command<T: DeserializeOwned>(&self, form: &Form) -> Result<T> {
        self.admit(form).await?;
        form.command()
    }

    fn identify(&self, conn: &mut Conn) -> Result<(Identity, Arc<Shell>, Instant, NaiveDate)> {
        let now = self.site.now();
        let shell = self.site.shell(conn)?;
        let today = shell.today(now);
        let claims = self.claims.as_ref().ok_or(Error::Unauthenticated)?;
        let credential = Credential::Session { session: claims.sid.clone(), user: claims.sub.clone() };
        let mut identity = (self.site.hooks.identify)(conn, &credential, now, today)?;
        identity.actor.request_id = Some(self.request_id.clone());
        if session::wants_renewal(claims, now)
            && let Ok(mut slot) = self.renewed.lock()
        {
            *slot = Some(session::sign(&self.site.secret, &claims.sub, &claims.sid, now)?);
        }
        Ok((identity, shell, now, today))
    }

    /// Shows a page to somebody signed in.
    ///
    /// # Errors
    /// What the closure says; [`Error::Unauthenticated`] sends to the sign-in page.
    pub async fn page<V, F>(self, template: &'static str, work: F) -> PageResult
    where
        V: Serialize,
        F: FnOnce(&mut Reading<'_>) -> Result<View<V>> + Send + 'static,
        V: Send + 'static,
    {
        self.shown(template, false, work).await
    }

    /// Shows a page made of facts alone: while nothing is written, the same page is answered from memory.
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub async fn kept_page<V, F>(self, template: &'static str, work: F) -> PageResult
    where
        V: Serialize,
        F: FnOnce(&mut Reading<'_>) -> Result<View<V>> + Send + 'static,
        V: Send + 'static,
    {
        self.shown(template, true, work).await
    }

    async fn shown<V, F>(self, template: &'static str, keep: bool, work: F) -> PageResult
    where
        V: Serialize,
        F: FnOnce(&mut Reading<'_>) -> Result<View<V>> + Send + 'static,
        V: Send + 'static,
    {
        let visit = Arc::new(self);
        let inner = visit.clone();
        let (html, status, touch) = block(move || inner.render(template, keep, work)).await?;
        if let Some(session) = touch {
            let site = visit.site.clone();
            // Not awaited by the reader: a touch is bookkeeping.
            drop(web::block(move || (site.hooks.touch)(&site.ledger, &session)));
        }
        Ok(visit.answer(status, html))
    }

    fn render<V, F>(&self, template: &str, keep: bool, work: F) -> Result<(Bytes, StatusCode, Option<String>)>
    where
        V: Serialize,
        F: FnOnce(&mut Reading<'_>) -> Result<View<V>>,
    {
        self.site.ledger.db.read(|conn| {
            let (identity, shell, now, today) = self.identify(conn)?;
            let lang = self.asked_lang.unwrap_or(identity.lang);
            let touch = identity.stale_touch.then(|| self.session_id().unwrap_or_default().to_owned());
            // Read before anything that the page shows: what is written meanwhile makes the page old, never new.
            let root = identity.root.clone().unwrap_or_default();
            // A message of the page before is shown once.
            let key = (keep && self.flash.is_none()).then(|| self.kept_key(&shell, lang, now));
            if let Some(html) = key.as_ref().and_then(|key| self.site.kept.find(&root, key)) {
                return Ok((html, StatusCode::OK, touch));
            }
            let actor = Arc::new(identity.actor.clone());
            let mut reading = Reading { conn, actor, lang, now, today, shell: shell.clone(), site: self.site.clone() };
            let view = work(&mut reading)?;
            let counts = self.site.counts(conn, &identity.actor, today, &root)?;
            let page =
                shell::page(self, &shell, lang, now, &view.title, view.print.as_ref(), Some((&identity, view.area, &counts)));
            // A page may be kept: as large as it is, not as the text that it grew in.
            let html = Bytes::from(self.site.templates.render(template, &page, &view.view)?.into_boxed_str().into_boxed_bytes());
            if let Some(key) = key.filter(|_| view.status == StatusCode::OK) {
                self.site.kept.keep(&root, key, &html);
            }
            Ok((html, view.status, touch))
        })
    }

    /// What a page depends on beside the facts at a root: the organisation as this process last read it, too. A minute is the finest time
    /// that pages show.
    fn kept_key(&self, shell: &Shell, lang: Lang, now: Instant) -> String {
        let minute = now.utc().timestamp().div_euclid(60);
        let (session, theme) = (self.session_id().unwrap_or_default(), self.theme.as_deref().unwrap_or_default());
        let own = format!("{session} {minute} {} {theme} {} {} {}", lang.code(), self.keys, self.htmx, self.path);
        format!("{own} {} {}", shell.zone, shell.name(lang).unwrap_or_default())
    }

    /// The page of an error: with areas and account for whoever is signed in, as to a stranger else, and where the server itself failed.
    ///
    /// # Errors
    /// When the page cannot be made.
    pub(super) async fn error(self, status: StatusCode, error: Option<Error>, id: &str) -> Result<String> {
        let id = id.to_owned();
        if status.is_server_error() || self.claims.is_none() {
            return self.render_error(status, error.as_ref(), &id, None);
        }
        block(move || {
            let known = self.site.ledger.db.read(|conn| {
                let (identity, shell, _, today) = self.identify(conn)?;
                let counts = self.site.counts(conn, &identity.actor, today, identity.root.as_deref().unwrap_or_default())?;
                Ok((identity, shell, counts))
            });
            self.render_error(status, error.as_ref(), &id, known.ok())
        })
        .await
    }

    fn render_error(&self, status: StatusCode, error: Option<&Error>, id: &str, known: Option<Known>) -> Result<String> {
        let lang = self.asked_lang.or_else(|| known.as_ref().map(|known| known.0.lang)).unwrap_or(self.header_lang);
        // The standard sentence of the status serves unless the error itself says more.
        let text = error.filter(|e| !matches!(e, Error::NotFound | Error::Internal(_))).map(|e| e.message(lang));
        let view = serde_json::json!({"status": status.as_u16(), "title": null, "text": text, "request_id": id});
        let stranger = Shell::default();
        let shell = known.as_ref().map_or(&stranger, |known| &known.1);
        let who = known.as_ref().map(|(identity, _, counts)| (identity, Some(Area::Admin), &**counts));
        let page = shell::page(self, shell, lang, self.site.now(), status.as_str(), None, who);
        self.site.templates.render("layout/error.html", &page, &view)
    }

    /// Shows a page to anybody: sign-in, set-up.
    ///
    /// # Errors
    /// What the closure says.
    pub async fn gate<V, F>(self, template: &'static str, work: F) -> PageResult
    where
        V: Serialize,
        F: FnOnce(&mut Conn, Lang, &Shell) -> Result<View<V>> + Send + 'static,
    {
        let visit = Arc::new(self);
        let inner = visit.clone();
        let (html, status) = block(move || {
            let site = inner.site.clone();
            site.ledger.db.read(|conn| {
                let shell = site.shell(conn)?;
                let lang = inner.lang();
                let view = work(conn, lang, &shell)?;
                let page = shell::page(&inner, &shell, lang, site.now(), &view.title, None, None);
                Ok((site.templates.render(template, &page, &view.view)?, view.status))
            })
        })
        .await?;
        Ok(visit.answer(status, html))
    }

    /// Reads something without showing a page: fragments, downloads, redirects.
    ///
    /// # Errors
    /// What the closure says.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Reading<'_>) -> Result<T> + Send + 'static,
    {
        let site = self.site.clone();
        let (claims, asked, id) = (self.claims.clone(), self.asked_lang, self.request_id.clone());
        block(move || {
            site.clone().ledger.db.read(|conn| {
                let now = site.now();
                let shell = site.shell(conn)?;
                let today = shell.today(now);
                let claims = claims.ok_or(Error::Unauthenticated)?;
                let credential = Credential::Session { session: claims.sid, user: claims.sub };
                let mut identity = (site.hooks.identify)(conn, &credential, now, today)?;
                identity.actor.request_id = Some(id);
                let lang = asked.unwrap_or(identity.lang);
                work(&mut Reading { conn, actor: Arc::new(identity.actor), lang, now, today, shell, site: site.clone() })
            })
        })
        .await
    }

    /// Changes facts in the name of who is signed in, after checking the form token.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn write<T, F>(&self, form: &Form, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        // Who it is comes first: an expired session goes to the sign-in page, not to "wrong form token".
        let actor = self.read(|reading| Ok(reading.actor.clone())).await?;
        self.check_csrf(form)?;
        self.site.ledger.write_async(&actor, work).await
    }

    /// Changes facts once per rendered form: sent again as it was, by a double click or a reload, it gets the first answer. With other
    /// content it is another form.
    ///
    /// # Errors
    /// As [`Visit::write`].
    pub async fn write_once<T, F>(&self, form: &Form, work: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        let once = form.once(&self.path)?;
        self.write(form, move |tx| tx.once(once.as_ref(), &work)).await
    }

    /// Goes on to another page after a change, with a message there.
    pub fn see_other(&self, to: &str, flash: Flash) -> HttpResponse {
        let mut answer = HttpResponse::SeeOther();
        answer.insert_header((header::LOCATION, to));
        answer.cookie(session::plain_cookie("flash", flash.to_cookie(), self.site.config.secure(), 60));
        self.renew(&mut answer);
        answer.finish()
    }

    /// Answers a piece of HTML or a whole page.
    fn answer(&self, status: StatusCode, html: impl Into<Bytes>) -> HttpResponse {
        let mut answer = HttpResponse::build(status);
        answer.content_type("text/html; charset=utf-8");
        self.renew(&mut answer);
        if self.flash.is_some() {
            answer.cookie(session::plain_cookie("flash", String::new(), self.site.config.secure(), 0));
        }
        answer.body(html.into())
    }

    fn renew(&self, answer: &mut actix_web::HttpResponseBuilder) {
        let token = self.renewed.lock().ok().and_then(|mut slot| slot.take());
        if let Some(token) = token {
            answer.cookie(session::cookie(token, self.site.config.secure()));
        }
    }

    /// The message left by the page before.
    pub fn flash(&self) -> Option<&Flash> {
        self.flash.as_ref()
    }

    /// Remembers a language or theme choice on an answer.
    pub fn remember(&self, answer: &mut HttpResponse, name: &'static str, value: &str) {
        // A cookie we build ourselves is always a valid header.
        let cookie = session::plain_cookie(name, value.to_owned(), self.site.config.secure(), 365 * 24 * 3600);
        drop(answer.add_cookie(&cookie));
    }
}

/// Runs blocking work off the async threads.
///
/// # Errors
/// What the work says.
pub async fn block<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    web::block(work).await.map_err(|_| Error::Busy)?
}
