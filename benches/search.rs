//! Search in process at many documents: `cargo bench --bench search -- [DOCUMENTS] [DATABASE_URL]`. Texts are sentences of the shipped
//! system in random order, Chinese and English; prints the median and the 95th and 99th percentile of ranked top-20 queries.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::panic, reason = "a bench")]

use std::sync::Arc;
use std::time::Instant;

use cairn::actor::{Actor, Permission};
use cairn::clock::Clock;
use cairn::db::{Db, Target};
use cairn::ledger::Ledger;
use cairn::search::{self, Entry, Lookup, Scope};
use cairn::text::Lang;

const QUERIES: [&str; 24] = [
    "投诉",
    "升级",
    "回访",
    "服务水平",
    "质量",
    "记录",
    "诉",
    "培训",
    "内审员",
    "纠正措施",
    "质检评分",
    "时限",
    "客户满意度",
    "赔付金额",
    "现场核实",
    "QP-02",
    "KPI",
    "complaint",
    "escalation",
    "投诉 升级",
    "质量 记录",
    "agent training",
    "QP-02 投诉",
    "ＱＰ－０２",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

fn sentences() -> (Vec<String>, Vec<String>) {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for path in cairn::shipped::list("system/") {
        let text = cairn::shipped::get(&path).unwrap();
        let into = if path.ends_with(".en.md") { &mut en } else { &mut zh };
        into.extend(text.split(['。', '\n']).map(str::trim).filter(|s| s.chars().count() > 12).map(str::to_owned));
    }
    (zh, en)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let documents: usize = args.first().map_or(50_000, |n| n.parse().expect("number of documents"));
    let folder = tempfile::tempdir().unwrap();
    let target = match args.get(1) {
        Some(url) => Target::parse(url).unwrap(),
        None => Target::Sqlite(folder.path().join("search.sqlite")),
    };
    let ledger = Ledger::open(Db::open(target, 4).unwrap(), Clock::System).unwrap();
    let begun = Instant::now();
    let bytes = fill(&ledger, documents);
    println!("{documents} documents, {:.0} MB of text indexed in {:.1} s", bytes as f64 / 1e6, begun.elapsed().as_secs_f64());
    let reader = Actor::system();
    assert!(reader.may(Permission::ReadDocuments));
    let mut times = Vec::new();
    for round in 0..20 {
        for typed in QUERIES {
            let lookup = Lookup { typed, limit: 20, snippets: false, lang: Lang::Zh };
            let begun = Instant::now();
            let found = ledger.db.read(|conn| search::find(conn, &reader, &lookup)).unwrap();
            times.push((begun.elapsed().as_secs_f64() * 1e3, typed, found.len()));
            assert!(round > 0 || !found.is_empty(), "nothing found for {typed}");
        }
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut medians = QUERIES.map(|typed| {
        let own: Vec<f64> = times.iter().filter(|time| time.1 == typed).map(|time| time.0).collect();
        (own[own.len() / 2], typed)
    });
    medians.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!(
        "slowest by median: {}",
        medians[..6].iter().map(|(ms, typed)| format!("{typed} {ms:.1} ms")).collect::<Vec<_>>().join(", ")
    );
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{} queries: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, worst {:.2} ms ({})",
        times.len(),
        at(0.5).0,
        at(0.95).0,
        at(0.99).0,
        at(1.0).0,
        at(1.0).1
    );
}

fn fill(ledger: &Ledger, documents: usize) -> usize {
    let (zh, en) = sentences();
    let (zh, en) = (Arc::new(zh), Arc::new(en));
    let mut bytes = 0;
    for start in (0..documents).step_by(500) {
        let (zh, en) = (zh.clone(), en.clone());
        bytes += ledger
            .write_unaudited(move |tx| {
                let mut dice = Dice(start as u64 + 1);
                let mut bytes = 0;
                for i in start..(start + 500).min(documents) {
                    let text: String = (0..14).map(|_| format!("{}。\n", zh[dice.below(zh.len())])).collect();
                    let english: String = (0..5).map(|_| format!("{}\n", en[dice.below(en.len())])).collect();
                    let title: String = zh[dice.below(zh.len())].chars().take(12).collect();
                    let (id, code) = (format!("d{i}"), format!("QP-{i:05}"));
                    bytes += text.len() + english.len();
                    let entry = Entry {
                        kind: "document",
                        object_id: &id,
                        scope: Scope::InForce,
                        code: &code,
                        titles: &[&title],
                        zh: Some(("", &text)),
                        en: Some(("", &english)),
                        seen_by: &[],
                    };
                    search::put(tx, &entry)?;
                }
                Ok(bytes)
            })
            .unwrap();
    }
    bytes
}
