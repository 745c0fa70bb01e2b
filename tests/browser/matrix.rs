//! Every page type × two languages × light and dark × 1280 and 360 pixels: axe-core finds nothing, the console is silent, nothing is
//! wanted from elsewhere, nothing is wider than the window (320 too), the heading stands high, the page weighs little.
//!
//! Both languages run at once, each in its own browser. A page is opened once per language; theme and width change without opening it
//! again. What axe says of a page does not depend on colours except for the rules about contrast, so the dark theme runs only those.

use std::fmt::Write;

use futures_util::future::join;
use serde_json::{Value, json};

use super::machine::{Browser, Machine};
use super::pages::{PAGES, Page, SEND, Way};

const AXE: &str = include_str!("axe.min.js");
const CHECK: &str = include_str!("check.js");

/// Bytes of a page with everything it loads, compressed.
const WEIGHT: u64 = 60_000;
/// Where the heading begins on a phone of 360 × 740.
const HEADING: i64 = 200;

/// Looks at everything; answers what is wrong.
pub async fn run(machine: &Machine) -> Vec<String> {
    let (mut faults, heaviest) = {
        let (zh, en) = (machine.browser(true).await, machine.browser(true).await);
        prepare(machine, &zh).await;
        let ((mut first, a), (second, b)) = join(language(machine, &zh, "zh"), language(machine, &en, "en")).await;
        first.extend(second);
        (first, a.max(b))
    };
    println!("{} page types; the heaviest weighs {} bytes ({})", PAGES.len(), heaviest.0, heaviest.1);
    faults.sort();
    faults
}

/// What the demo itself does not hold: a withdrawn document and the draft of a record.
async fn prepare(machine: &Machine, browser: &Browser) {
    browser.sign_in(machine, "wangfang", "zh").await;
    browser.open(&format!("{}/d/WI-08", machine.demo)).await;
    let withdraw =
        "const form = document.querySelector('form[action$=\"/withdraw\"]'); form.reason.value = '并入 WI-01'; form.submit()";
    browser.leave(withdraw, vec![]).await;
    browser.sign_in(machine, "zhaoxm", "zh").await;
    browser.open(&format!("{}/records/FR-08/new", machine.demo)).await;
    browser.leave(SEND, vec![]).await;
}

type Heaviest = (u64, String);

async fn language(machine: &Machine, browser: &Browser, lang: &str) -> (Vec<String>, Heaviest) {
    let (mut faults, mut heaviest, mut who) = (Vec::new(), Heaviest::default(), None);
    for page in PAGES {
        browser.width(1280, 900).await;
        if who != Some(page.who) {
            browser.sign_in(machine, page.who, lang).await;
            who = Some(page.who);
        }
        browser.console().await;
        if let Err(missing) = arrive(machine, browser, page, lang).await {
            faults.push(format!("{} {lang}: {missing}", page.name));
            continue;
        }
        let mut look = Look { page, lang, browser, faults: &mut faults };
        let weight = look.everything().await;
        heaviest = heaviest.max((weight, page.name.to_owned()));
    }
    (faults, heaviest)
}

/// Goes where the page is.
async fn arrive(machine: &Machine, browser: &Browser, page: &Page, lang: &str) -> Result<(), String> {
    let from = |address: &str| format!("{}{address}", machine.demo);
    match page.way {
        Way::At(address) => browser.open(&from(address)).await,
        Way::Link(address, selector) => follow(browser, &from(address), selector).await?,
        Way::Done(address, script) => {
            browser.open(&from(address)).await;
            browser.leave(script, vec![]).await;
        }
        Way::Behind(address, selector, script) => {
            follow(browser, &from(address), selector).await?;
            browser.leave(script, vec![]).await;
        }
        Way::Empty(acts) => {
            browser.open(&format!("{}/setup?lang={lang}", machine.empty)).await;
            for act in acts {
                browser.leave(act, vec![json!(machine.code)]).await;
            }
        }
    }
    Ok(())
}

async fn follow(browser: &Browser, from: &str, selector: &str) -> Result<(), String> {
    browser.open(from).await;
    let found = browser.run("return document.querySelector(arguments[0])?.href ?? null", vec![json!(selector)]).await;
    let address = found.as_str().ok_or_else(|| format!("{from} has no link {selector}"))?;
    browser.open(address).await;
    Ok(())
}

/// One page in one language.
struct Look<'a> {
    page: &'a Page,
    lang: &'a str,
    browser: &'a Browser,
    faults: &'a mut Vec<String>,
}

impl Look<'_> {
    async fn everything(&mut self) -> u64 {
        self.console("on opening").await;
        let shown = self.browser.run("return document.documentElement.lang", vec![]).await;
        if !shown.as_str().is_some_and(|shown| shown.starts_with(self.lang)) {
            self.fault("", 1280, &format!("the page is written in {shown}"));
        }
        self.browser.run(AXE, vec![]).await;
        let mut weight = 0;
        for (width, height) in [(1280, 900), (360, 740)] {
            self.browser.width(width, height).await;
            for theme in ["light", "dark"] {
                self.browser.run("document.documentElement.dataset.theme = arguments[0]", vec![json!(theme)]).await;
                let found = self.check(theme).await;
                self.judge(theme, width, &found);
                weight = found["weight"].as_u64().unwrap_or(u64::MAX);
            }
        }
        self.browser.width(320, 740).await;
        let wide = self.browser.run("return document.documentElement.scrollWidth", vec![]).await;
        if wide.as_i64().is_none_or(|wide| wide > 320) {
            self.fault("dark", 320, &format!("{wide} pixels wide"));
        }
        self.console("afterwards").await;
        weight
    }

    async fn check(&self, theme: &str) -> Value {
        let found = self.browser.client.execute_async(CHECK, vec![json!(theme == "dark")]).await;
        found.unwrap_or_else(|error| panic!("{} {}: {error}", self.page.name, self.lang))
    }

    fn judge(&mut self, theme: &str, width: u32, found: &Value) {
        let texts = |name: &str| -> Vec<String> {
            found[name].as_array().into_iter().flatten().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
        };
        for fault in texts("faults") {
            self.fault(theme, width, &fault);
        }
        let wide = texts("wide");
        if !wide.is_empty() {
            self.fault(theme, width, &format!("wider than the window: {}", wide.join(" ")));
        }
        for address in texts("foreign") {
            self.fault(theme, width, &format!("asks for {address}"));
        }
        if width == 360 && found["heading"].as_i64().is_none_or(|top| top > HEADING) {
            self.fault(theme, width, &format!("h1 begins at {}, not within {HEADING}", found["heading"]));
        }
        if found["weight"].as_u64().is_none_or(|weight| weight > WEIGHT) {
            self.fault(theme, width, &format!("weighs {}, more than {WEIGHT}", found["weight"]));
        }
        if found["status"].as_u64() != Some(u64::from(self.page.status)) {
            self.fault(theme, width, &format!("answered {}, expected {}", found["status"], self.page.status));
        }
    }

    /// The console repeats the status of a page that is meant to have it; anything else is a fault.
    async fn console(&mut self, when: &str) {
        let expected = format!("the server responded with a status of {} ", self.page.status);
        for said in self.browser.console().await {
            if self.page.status == 200 || !said.contains(&expected) {
                self.fault("", 1280, &format!("console {when}: {said}"));
            }
        }
    }

    fn fault(&mut self, theme: &str, width: u32, what: &str) {
        let mut line = format!("{} {} {theme} {width}: ", self.page.name, self.lang);
        let _ = write!(line, "{}", what.chars().take(400).collect::<String>());
        self.faults.push(line);
    }
}
