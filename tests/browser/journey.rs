//! The work of a day with JavaScript switched off: set up and sign in, read, search, fill in a record, approve, import calls, change the
//! language. Only what a hand can do: clicking, typing, choosing files.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::elements::Element;

use super::machine::{Browser, Machine};

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Goes through all of it.
pub async fn run(machine: &Machine) {
    let hand = Hand { browser: machine.browser(false).await, origin: machine.demo.clone() };
    hand.go("/sign-in").await;
    // The script would have shown the button that reveals the password.
    assert!(!hand.one("[data-reveal]").await.is_displayed().await.unwrap(), "JavaScript runs");
    hand.click("button[value=wangfang]").await;
    reads(&hand).await;
    records(&hand).await;
    approves(&hand).await;
    imports(&hand, machine).await;
    changes_language(&hand).await;
    hand.click(".acc summary").await;
    hand.click("form[action='/sign-out'] button").await;
    hand.sees("h1", "Sign in").await;
    let newcomer = Hand { browser: hand.browser, origin: machine.empty.clone() };
    sets_up(&newcomer, &machine.code).await;
}

async fn reads(hand: &Hand) {
    hand.write(".find input", "QP-02\u{e007}").await;
    hand.click("main .hit a").await;
    hand.sees("h1", "投诉").await;
    hand.sees(".band", "现行有效").await;
    hand.click(".toc a").await;
}

async fn records(hand: &Hand) {
    hand.go("/records/FR-08").await;
    hand.click("main a[href='/records/FR-08/new']").await;
    // Half filled in: the form comes back with what was typed.
    hand.write("[name='values.content']", "派送员上门前打了电话").await;
    hand.click("button[name=submit][value=true]").await;
    hand.sees(".errors", "填写日期").await;
    assert_eq!(hand.one("[name='values.content']").await.prop("value").await.unwrap().unwrap(), "派送员上门前打了电话");
    hand.write("[name='values.given_on']", "11202026").await;
    for choice in ["role", "subject", "nature", "evaluation", "reply_wanted"] {
        hand.click(&format!("[name='values.{choice}']")).await;
    }
    hand.click("button[name=submit][value=true]").await;
    hand.sees(".flash", "2611-").await;
    hand.sees(".kv", "派送员上门前打了电话").await;
}

async fn approves(hand: &Hand) {
    hand.go("/").await;
    hand.click("main .task a[href*='/d/WI-06']").await;
    hand.write(".decide textarea", "同意").await;
    hand.click("button[value=approved]").await;
    hand.sees(".flash", "WI-06").await;
    hand.sees("#history", "批准").await;
}

async fn imports(hand: &Hand, machine: &Machine) {
    let file = machine.folder.path().join("hotline-2026-11-19.csv");
    let calls = "call_id,centre,queued_at,outcome,wait_s,talk_s,hold_s,wrap_s\n\
        x1,HD,2026-11-19 09:00:00,answered,12,180,0,30\nx2,HD,2026-11-19 09:05:00,abandoned,40,,,\n";
    std::fs::write(&file, calls).unwrap();
    hand.go("/kpis").await;
    hand.click("main a[href='/kpis/import']").await;
    hand.click("[name=kind][value=interactions]").await;
    hand.write("[name=file]", file.to_str().unwrap()).await;
    hand.click("main form button.go").await;
    hand.sees("main .steps [aria-current]", "表头").await;
    hand.click("main form button.go").await;
    hand.sees("main .steps [aria-current]", "映射").await;
    hand.click("main form button.go").await;
    hand.sees("main .sum", "新增").await;
    hand.click("main form button.go").await;
    hand.sees("main .band", "计入").await;
    hand.sees("h1", "hotline-2026-11-19.csv").await;
}

async fn changes_language(hand: &Hand) {
    hand.go("/d/QP-02").await;
    hand.click(".me button[name=lang][value=en]").await;
    hand.sees("h1", "Complaint").await;
    hand.sees(".band", "In force").await;
}

/// An empty installation: the code from the console, one page, and the first sign-in with a password.
async fn sets_up(hand: &Hand, code: &str) {
    hand.go("/setup?lang=en").await;
    hand.write("[name=setup_code]", code).await;
    hand.click("main form button.go").await;
    let fields = [("name", "Harbour Parcels"), ("code", "HP"), ("zone", "Asia/Shanghai"), ("admin_name", "Ada"), ("login", "ada")];
    for (name, text) in fields {
        hand.one(&format!("[name={name}]")).await.clear().await.unwrap();
        hand.write(&format!("[name={name}]"), text).await;
    }
    hand.write("[name=password]", "a long enough secret").await;
    hand.click("[name=starter][value=nothing]").await;
    hand.click("main form button.go").await;
    hand.sees("h1", "My work").await;
    hand.browser.devtools("Network.clearBrowserCookies", serde_json::json!({})).await;
    hand.go("/sign-in?lang=en").await;
    hand.write("[name=login]", "ada").await;
    hand.write("[name=password]", "a long enough secret").await;
    hand.click("form.form button.go").await;
    hand.sees("h1", "My work").await;
}

/// Somebody at a browser.
struct Hand {
    browser: Browser,
    origin: String,
}

impl Hand {
    async fn go(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.origin)).await;
    }

    /// The element, as soon as the page holds it.
    async fn one(&self, selector: &str) -> Element {
        let found = self.browser.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(found) => found,
            Err(error) => panic!("{selector}: {error}\n{}", self.page().await),
        }
    }

    /// Waits until an element says something: a click answers before the next page is there.
    async fn sees(&self, selector: &str, text: &str) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.text(selector).await.is_some_and(|shown| shown.contains(text)) {
                return;
            }
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{selector} does not say {text:?}\n{}", self.page().await);
    }

    async fn text(&self, selector: &str) -> Option<String> {
        self.browser.client.find(Locator::Css(selector)).await.ok()?.text().await.ok()
    }

    async fn page(&self) -> String {
        format!("{:?} {}", self.browser.client.current_url().await.ok(), self.text("body").await.unwrap_or_default())
    }

    async fn click(&self, selector: &str) {
        self.one(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    async fn write(&self, selector: &str, text: &str) {
        self.one(selector).await.send_keys(text).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }
}
