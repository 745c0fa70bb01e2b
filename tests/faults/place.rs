//! An installation for the real program: made by the library on either database, then left to the program alone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cairn::actor::{Permission, Role};
use cairn::clock::Clock;
use cairn::db::Target;
use cairn::ledger::sha256_hex;
use cairn::people::{self, NewToken, NewUser};
use cairn::web::session;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::program::{self, Reply, Server};
use crate::support::{Lent, TestApp, grant};

/// Data folder and database of a program under test, and how to come in.
pub struct Place {
    pub data: PathBuf,
    pub url: Option<String>,
    cookie: String,
    csrf: String,
    token: String,
    // Gone with the place: the folder, the database of the cluster.
    _folder: tempfile::TempDir,
    _lent: Option<Lent>,
}

impl Place {
    /// On SQLite; nothing but the program opens its file.
    pub fn sqlite() -> Self {
        Self::of(TestApp::sqlite(), tempfile::tempdir().unwrap())
    }

    pub fn sqlite_in(folder: tempfile::TempDir) -> Self {
        Self::of(TestApp::sqlite(), folder)
    }

    pub fn postgres() -> Option<Self> {
        Some(Self::of(TestApp::postgres()?, tempfile::tempdir().unwrap()))
    }

    pub fn postgres_in(folder: tempfile::TempDir) -> Option<Self> {
        Some(Self::of(TestApp::postgres()?, folder))
    }

    fn of(app: TestApp, folder: tempfile::TempDir) -> Self {
        // The program lives by the machine's clock.
        app.clock.set(Clock::System.now());
        app.organisation();
        crate::records::form(&app, "FR-01", "A/0", &[]);
        crate::records::centre(&app, "HD", "华东客服中心");
        let today = app.clock.now().date_naive();
        let roles = [Role::QualityManager, Role::Author, Role::Staff, Role::Administrator].map(grant).to_vec();
        let command =
            NewUser { login: "wangfang".into(), name: "王芳".into(), post: "质量主管".into(), ..NewUser::default() };
        let bootstrap = move |tx: &mut cairn::ledger::WriteTx<'_>| people::bootstrap(tx, &command, None, &roles, today);
        let user = app.ledger().write(&app.system(), bootstrap).unwrap();
        let begun = people::sign_in_as(app.ledger(), "wangfang", "127.0.0.1", "test").unwrap();
        let cookie = session::sign(&app.site.secret, &user.id, &begun.session, app.site.now()).unwrap();
        let csrf = session::csrf(&app.site.secret, &begun.session);
        let scopes = [Permission::ReadDocuments, Permission::WriteDocuments].map(|scope| scope.as_str().to_owned()).to_vec();
        let token = NewToken { name: "程序".into(), scopes, expires_on: today + chrono::Days::new(30) };
        let owner = app.actor(&user, &[Role::QualityManager]);
        let (_, token) = app.ledger().write(&owner, move |tx| people::create_token(tx, &token, today)).unwrap();
        let data = folder.path().to_owned();
        std::fs::copy(app.folder.path().join("secret.key"), data.join("secret.key")).unwrap();
        let url = match app.site.config.database.clone() {
            Target::Postgres(url) => Some(url),
            Target::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                conn.batch_execute(&format!("VACUUM INTO '{}'", data.join("cairn.sqlite").display())).unwrap();
                None
            }
        };
        Self { data, url, cookie, csrf, token, _folder: folder, _lent: app.lent }
    }

    pub fn serve(&self) -> Server {
        Server::start(&self.data, self.url.as_deref())
    }

    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        program::run(&self.data, self.url.as_deref(), arguments)
    }

    pub fn start(&self, arguments: &[&str]) -> std::process::Child {
        program::command(&self.data, self.url.as_deref(), arguments).spawn().unwrap()
    }

    /// What a command reports as JSON.
    pub fn report(&self, arguments: &[&str]) -> serde_json::Value {
        let done = self.run(arguments);
        serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{e}: {done:?}"))
    }

    /// The log is whole, and rows, texts and files agree with it. 3 says so: there is no checkpoint outside.
    pub fn verify(&self) {
        let done = self.run(&["verify", "--json"]);
        assert_eq!(
            done.status.code(),
            Some(3),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// Asks for a page.
    pub fn get(&self, address: SocketAddr, path: &str) -> std::io::Result<Reply> {
        program::send(address, "GET", path, &[("Cookie", &format!("cairn={}", self.cookie))], b"")
    }

    /// Sends a form.
    pub fn post(&self, address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> std::io::Result<Reply> {
        let mut body = format!("_csrf={}", self.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", cairn::web::escape(name), cairn::web::escape(value)));
        }
        let headers =
            [("Cookie", format!("cairn={}", self.cookie)), ("Content-Type", "application/x-www-form-urlencoded".to_owned())];
        program::send(address, "POST", path, &headers.each_ref().map(|(name, value)| (*name, value.as_str())), body.as_bytes())
    }

    /// Fills in and submits a record that this name can be found by.
    pub fn record(&self, address: SocketAddr, name: &str, need: &str) -> std::io::Result<Reply> {
        let fields = [("values.channel", "phone"), ("values.customer", name), ("values.need", need), ("submit", "true")];
        self.post(address, "/records/FR-01/new", &fields)
    }

    /// Creates a document over the API.
    pub fn document(&self, address: SocketAddr, title: &str) -> std::io::Result<Reply> {
        let body = serde_json::json!({"tier": 2, "title": {"zh": title}, "text": {"zh": "## 1 目的\n\n见 [FR-01]。"}}).to_string();
        let headers = [("Authorization", format!("Bearer {}", self.token)), ("Content-Type", "application/json".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        program::send(address, "POST", "/api/v1/documents", &headers, body.as_bytes())
    }

    /// Asks the API.
    pub fn call(&self, address: SocketAddr, path: &str) -> std::io::Result<Reply> {
        program::send(address, "GET", path, &[("Authorization", &format!("Bearer {}", self.token))], b"")
    }

    /// A call log as a browser sends it: headers and body.
    pub fn upload(&self, mapping: &str, file: &[u8]) -> (Vec<(&'static str, String)>, Vec<u8>) {
        let fields = [("_csrf", self.csrf.clone()), ("mapping", mapping.to_owned()), ("centre", "HD".to_owned())];
        let (kind, body) = crate::kpi::multipart(&fields, "calls.csv", file);
        (vec![("Cookie", format!("cairn={}", self.cookie)), ("Content-Type", kind)], body)
    }

    /// Customers of the submitted records by the register, after looking that the numbers of each month have no gap.
    pub fn customers(&self, address: SocketAddr) -> BTreeSet<String> {
        let csv = self.get(address, "/records/FR-01/export.csv").unwrap();
        assert_eq!(csv.status, 200, "{}", csv.body);
        let mut months: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        let mut customers = BTreeSet::new();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.body.as_bytes());
        for row in reader.records().map(|row| row.unwrap()) {
            let Some((month, serial)) = row[0].split_once('-') else { continue };
            assert!(months.entry(month.to_owned()).or_default().insert(serial.parse().unwrap()), "{} twice", &row[0]);
            customers.extend(row.iter().find(|cell| cell.starts_with("c-")).map(str::to_owned));
        }
        for (month, serials) in months {
            assert_eq!(serials.last().map(|last| *last as usize), Some(serials.len()), "the numbers of {month} have a gap");
        }
        customers
    }

    /// Files under evidence whose name is not the hash of their content, and what is left of broken uploads.
    pub fn odd_files(&self) -> Vec<PathBuf> {
        let mut odd = Vec::new();
        let mut waiting = vec![self.data.join("evidence")];
        while let Some(folder) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    waiting.push(path);
                } else if !named_by_content(&path) {
                    odd.push(path);
                }
            }
        }
        odd
    }
}

fn named_by_content(path: &Path) -> bool {
    let parts: Vec<String> = path.iter().rev().take(2).map(|part| part.to_string_lossy().into_owned()).collect();
    format!("{}{}", parts[1], parts[0]) == sha256_hex(&std::fs::read(path).unwrap())
}
