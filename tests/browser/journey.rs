//! The work of a day with JavaScript switched off: set up and sign in, read, search, fill in a record, approve, import calls, change the
//! language. Only what a hand can do: clicking, typing, choosing files.

use fantoccini::Locator;
use fantoccini::elements::Element;

use super::machine::{Browser, Machine};

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
    assert_eq!(hand.text("h1").await, "Sign in");
    let newcomer = Hand { browser: hand.browser, origin: machine.empty.clone() };
    sets_up(&newcomer, &machine.code).await;
}

async fn reads(hand: &Hand) {
    hand.write(".find input", "QP-02\u{e007}").await;
    hand.click("main .hit a").await;
    assert!(hand.text("h1").await.contains("投诉"), "{}", hand.text("h1").await);
    assert!(hand.text(".band").await.contains("现行有效"), "{}", hand.text(".band").await);
    hand.click(".toc a").await;
}

async fn records(hand: &Hand) {
    hand.go("/records/FR-08").await;
    hand.click("main a[href='/records/FR-08/new']").await;
    // Half filled in: the form comes back with what was typed.
    hand.write("[name='values.content']", "派送员上门前打了电话").await;
    hand.click("button[name=submit][value=true]").await;
    assert!(hand.text(".errors").await.contains("填写日期"), "{}", hand.text(".errors").await);
    assert_eq!(hand.one("[name='values.content']").await.prop("value").await.unwrap().unwrap(), "派送员上门前打了电话");
    hand.write("[name='values.given_on']", "11202026").await;
    for choice in ["role", "subject", "nature", "evaluation", "reply_wanted"] {
        hand.click(&format!("[name='values.{choice}']")).await;
    }
    hand.click("button[name=submit][value=true]").await;
    assert!(hand.text(".flash").await.contains("2611-"), "{}", hand.text(".flash").await);
    assert!(hand.text(".kv").await.contains("派送员上门前打了电话"), "the record shows what was filled in");
}

async fn approves(hand: &Hand) {
    hand.go("/").await;
    hand.click("main .task a[href*='/d/WI-06']").await;
    hand.write(".decide textarea", "同意").await;
    hand.click("button[value=approved]").await;
    assert!(hand.text(".flash").await.contains("WI-06"), "{}", hand.text(".flash").await);
    assert!(hand.text("#history").await.contains("批准"), "{}", hand.text("#history").await);
}

async fn imports(hand: &Hand, machine: &Machine) {
    let file = machine.folder.path().join("hotline-2026-11-19.csv");
    let calls = "call_id,centre,queued_at,outcome,wait_s,talk_s,hold_s,wrap_s\n\
        x1,HD,2026-11-19 09:00:00,answered,12,180,0,30\nx2,HD,2026-11-19 09:05:00,abandoned,40,,,\n";
    std::fs::write(&file, calls).unwrap();
    hand.go("/kpis").await;
    hand.click("main a[href='/kpis/import']").await;
    hand.write("[name=file]", file.to_str().unwrap()).await;
    hand.click("main form button.go").await;
    let shown = hand.text("main").await;
    assert!(shown.contains("hotline-2026-11-19.csv") && hand.all(".errors").await == 0, "{shown}");
}

async fn changes_language(hand: &Hand) {
    hand.go("/d/QP-02").await;
    hand.click(".me button[name=lang][value=en]").await;
    assert!(hand.text("h1").await.contains("Complaint"), "{}", hand.text("h1").await);
    assert!(hand.text(".band").await.contains("In force"), "{}", hand.text(".band").await);
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
    hand.browser.devtools("Network.clearBrowserCookies", serde_json::json!({})).await;
    hand.go("/sign-in?lang=en").await;
    hand.write("[name=login]", "ada").await;
    hand.write("[name=password]", "a long enough secret").await;
    hand.click("form.form button.go").await;
    assert_eq!(hand.text("h1").await, "My work");
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

    async fn one(&self, selector: &str) -> Element {
        match self.browser.client.find(Locator::Css(selector)).await {
            Ok(found) => found,
            Err(error) => {
                let place = self.browser.client.current_url().await.unwrap();
                let page = self.browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
                panic!("{place}: {selector}: {error}\n{page}")
            }
        }
    }

    async fn all(&self, selector: &str) -> usize {
        self.browser.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    async fn text(&self, selector: &str) -> String {
        self.one(selector).await.text().await.unwrap()
    }

    async fn click(&self, selector: &str) {
        self.one(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    async fn write(&self, selector: &str, text: &str) {
        self.one(selector).await.send_keys(text).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }
}
