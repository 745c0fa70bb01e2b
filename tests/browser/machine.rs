//! The machine behind the browser tests: chromedriver, the program serving its demo, an empty installation, and browsers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::support::{must_run, setting};

/// The day on which the demo stands still.
const TODAY: &str = "2026-11-20";

/// Programs that run while it lives.
pub struct Machine {
    /// `http://127.0.0.1:…` of the demo.
    pub demo: String,
    /// The same of an installation that waits for its set-up, and its one-time code.
    pub empty: String,
    pub code: String,
    /// A folder for files that are uploaded.
    pub folder: TempDir,
    chromium: String,
    driver: String,
    children: Vec<Child>,
}

impl Machine {
    /// Starts everything; none when there is no browser here.
    pub fn start() -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) = (setting("CAIRN_TEST_CHROMIUM"), setting("CAIRN_TEST_CHROMEDRIVER")) else {
            assert!(!must_run(), "CAIRN_TEST_REQUIRE is set, but CAIRN_TEST_CHROMIUM or CAIRN_TEST_CHROMEDRIVER is not");
            println!("skipped: CAIRN_TEST_CHROMIUM and CAIRN_TEST_CHROMEDRIVER name no browser");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut machine = Self {
            demo: String::new(),
            empty: String::new(),
            code: String::new(),
            folder,
            chromium,
            driver: String::new(),
            children: Vec::new(),
        };
        let port = machine.child(Command::new(chromedriver).arg("--port=0"), &["started successfully on port "]);
        machine.driver = format!("http://127.0.0.1:{}", port[0].trim_end_matches('.'));
        let listen = ["--listen", "127.0.0.1:0"];
        let data = machine.folder.path().join("empty");
        let said =
            machine.child(cairn().arg("serve").arg("--data").arg(data).args(listen), &["Cairn listens on ", "Set-up code: "]);
        [machine.empty, machine.code] = said.try_into().unwrap();
        let data = machine.folder.path().join("demo");
        let mut demo = cairn();
        demo.arg("demo").arg("--data").arg(data).args(listen).args(["--today", TODAY]);
        machine.demo = machine.child(&mut demo, &["organisation is ready: "]).remove(0);
        Some(machine)
    }

    /// Starts a program and waits until it has said these things; answers what followed each.
    fn child(&mut self, command: &mut Command, wanted: &[&str]) -> Vec<String> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.children.push(child);
        let mut said = Vec::new();
        for text in wanted {
            let found = lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once(text)?.1.trim().to_owned()));
            said.push(found.unwrap_or_else(|| panic!("{command:?} ended without saying: {text}")));
        }
        // Whoever writes to a closed pipe fails; what else is said is read and dropped.
        std::thread::spawn(move || lines.for_each(drop));
        said
    }

    /// A new browser. What is not on this machine cannot be reached from it, and an attempt stands in its console.
    pub async fn browser(&self, javascript: bool) -> Browser {
        let mut options = json!({
            "binary": self.chromium,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        });
        if !javascript {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".into(), options);
        wanted.insert("goog:loggingPrefs".into(), json!({"browser": "ALL"}));
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&self.driver).await.expect("a browser");
        Browser { client }
    }
}

fn cairn() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cairn"));
    program.env_remove("DATABASE_URL").env_remove("CAIRN_BASE_URL");
    program
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Asked to end, chromedriver takes its browsers with it, also after a failed test.
        if let Ok(mut driver) = TcpStream::connect(self.driver.trim_start_matches("http://")) {
            let asked = driver.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            drop(asked.and_then(|()| driver.read_to_end(&mut Vec::new())));
        }
        for child in &mut self.children {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// A browser with what WebDriver itself does not offer.
pub struct Browser {
    pub client: Client,
}

/// A command of chromedriver beyond WebDriver.
#[derive(Debug)]
struct Extra(&'static str, Value);

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

impl Browser {
    /// Opens an address.
    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script that leaves the page, and waits for the next one.
    pub async fn leave(&self, script: &str, arguments: Vec<Value>) {
        self.run(&format!("document.documentElement.dataset.old = ''; {script}"), arguments).await;
        let there = "return document.readyState === 'complete' && !('old' in document.documentElement.dataset)";
        let begun = Instant::now();
        // Between two pages there is none that could answer.
        while self.client.execute(there, vec![]).await.ok() != Some(Value::Bool(true)) {
            assert!(begun.elapsed() < Duration::from_secs(20), "the page stayed after: {script}");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The width of the page, without opening it again.
    pub async fn width(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// A command of the developer tools.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        self.extra("goog/cdp/execute", json!({"cmd": command, "params": params})).await
    }

    /// What the console said since the last call.
    pub async fn console(&self) -> Vec<String> {
        let said = self.extra("se/log", json!({"type": "browser"})).await;
        said.as_array().into_iter().flatten().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn extra(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Extra(path, body)).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Reads in a language, as somebody of the demo or as nobody.
    pub async fn sign_in(&self, machine: &Machine, login: &str, lang: &str) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
        self.devtools("Network.setCookie", json!({"name": "lang", "value": lang, "url": machine.demo})).await;
        if !login.is_empty() {
            self.open(&format!("{}/sign-in", machine.demo)).await;
            self.leave(&format!("document.querySelector('button[value={login}]').click()"), vec![]).await;
        }
    }
}
