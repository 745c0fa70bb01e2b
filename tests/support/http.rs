//! Calls in process: the same application, guard and routes as the server has.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::{Payload, Service, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::TestRequest;
use actix_web::web::Bytes;
use actix_web::{App, test};
use cairn::people::SignedIn;
use cairn::web::session;
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, Stream, StreamExt};

use super::TestApp;

/// The application as one function. Building it compiles every route, so a test does that once.
pub(super) type Call = Box<dyn Fn(TestRequest, Option<Drops>) -> LocalBoxFuture<'static, ServiceResponse>>;

/// A body that comes in pieces.
type Drops = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

impl TestApp {
    /// The application of this test, built when it is first asked; it lives and dies on the test's own runtime.
    async fn call(&self, request: TestRequest, drops: Option<Drops>) -> ServiceResponse {
        let call = self
            .service
            .get_or_init(|| async {
                let service =
                    test::init_service(cairn::guarded!(App::new()).configure(cairn::app::configure(self.site.clone()))).await;
                let call: Call = Box::new(move |request, drops| {
                    let mut request = request.to_request();
                    if let Some(drops) = drops {
                        request = request.replace_payload(Payload::from(drops)).0;
                    }
                    service.call(request).map(Result::unwrap).boxed_local()
                });
                call
            })
            .await;
        call(request, drops).await
    }
}

/// Somebody with a browser: keeps cookies.
pub struct Visitor<'a> {
    pub app: &'a TestApp,
    cookies: RefCell<BTreeMap<String, String>>,
    csrf: RefCell<String>,
    bearer: Option<String>,
    lang: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where a redirect goes.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// The main region as plain text, white space folded.
    pub fn main(&self) -> String {
        let page = scraper::Html::parse_document(&self.text());
        let main = scraper::Selector::parse("main").unwrap();
        let text: String = page.select(&main).flat_map(|e| e.text()).collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Texts of all elements that a CSS selector finds.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let page = scraper::Html::parse_document(&self.text());
        let selector = scraper::Selector::parse(selector).unwrap();
        page.select(&selector).map(|e| e.text().collect::<String>().trim().to_owned()).collect()
    }
}

impl<'a> Visitor<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self { app, cookies: RefCell::default(), csrf: RefCell::default(), bearer: None, lang: "zh-CN" }
    }

    pub(super) fn with_session(app: &'a TestApp, begun: &SignedIn) -> Self {
        let visitor = Self::new(app);
        let token = session::sign(&app.site.secret, &begun.user.id, &begun.session, app.site.now()).unwrap();
        visitor.cookies.borrow_mut().insert(session::cookie_name(false).into(), token);
        *visitor.csrf.borrow_mut() = session::csrf(&app.site.secret, &begun.session);
        visitor
    }

    /// The same visitor reading English.
    #[must_use]
    pub fn english(mut self) -> Self {
        self.lang = "en";
        self.cookies.borrow_mut().insert("lang".into(), "en".into());
        self
    }

    /// A program with an API token instead of a session.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self.cookies.borrow_mut().clear();
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// Sends a form, with this session's form token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.borrow().clone();
        let mut all = vec![("_csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let pairs: Vec<String> = all.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        let form = ("application/x-www-form-urlencoded".to_owned(), pairs.join("&").into_bytes());
        self.send(Method::POST, path, &[], Some(form)).await
    }

    /// Sends JSON.
    pub async fn send_json(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Answer {
        self.send(method, path, headers, Some(("application/json".into(), body.to_string().into_bytes()))).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<(String, Vec<u8>)>) -> Answer {
        let request = self.request(method, path, headers, body);
        self.answer(request, None).await
    }

    /// Sends a body that comes in pieces of so many bytes, with a pause before each.
    pub async fn drip(&self, path: &str, (media_type, body): (String, Vec<u8>), piece: usize, pause: Duration) -> Answer {
        let request = self.request(Method::POST, path, &[], Some((media_type, Vec::new())));
        let pieces: Vec<Bytes> = body.chunks(piece).map(Bytes::copy_from_slice).collect();
        let drops = futures_util::stream::iter(pieces).then(move |piece| async move {
            tokio::time::sleep(pause).await;
            Ok(piece)
        });
        self.answer(request, Some(Box::pin(drops))).await
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<(String, Vec<u8>)>) -> TestRequest {
        let mut request = TestRequest::with_uri(path).method(method).insert_header((header::ACCEPT_LANGUAGE, self.lang));
        let cookies: Vec<String> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.insert_header((header::COOKIE, cookies.join("; ")));
        }
        if let Some(token) = &self.bearer {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        if let Some((media_type, bytes)) = body {
            request = request.insert_header((header::CONTENT_TYPE, media_type)).set_payload(bytes);
        }
        request
    }

    async fn answer(&self, request: TestRequest, drops: Option<Drops>) -> Answer {
        let answer = self.app.call(request, drops).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = test::read_body(answer).await.to_vec();
        Answer { status, headers, body }
    }

    fn keep(&self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if value.is_empty() {
            self.cookies.borrow_mut().remove(name);
        } else {
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }
}

fn escape(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
