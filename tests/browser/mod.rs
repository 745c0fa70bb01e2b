//! The pages in a real browser: Chromium, driven by chromedriver, against the program itself serving its demo on SQLite.
//!
//! `pages.rs` lists every page type with a real address; a page route that is neither listed nor excused there fails the first test.
//! `matrix.rs` looks at each of them in two languages, two themes and two widths. `journey.rs` works without JavaScript;
//! `paper.rs` looks at what is printed.
//! Without a browser (`CAIRN_TEST_CHROMIUM`, `CAIRN_TEST_CHROMEDRIVER`) these tests say so and pass, unless `CAIRN_TEST_REQUIRE` is set.

mod journey;
mod machine;
mod matrix;
mod pages;
mod paper;

use std::collections::BTreeSet;

use cairn::web::Access;

/// A page route is whatever a GET answers that is no file, no fragment and no part of the API.
fn page_routes() -> BTreeSet<&'static str> {
    cairn::app::endpoints()
        .iter()
        .filter(|endpoint| endpoint.method == "GET" && !matches!(endpoint.access, Access::Scope(_)))
        .map(|endpoint| endpoint.path)
        .filter(|path| !path.starts_with("/api/"))
        .collect()
}

#[test]
fn every_page_route_is_looked_at_or_excused() {
    let routes = page_routes();
    let looked_at: BTreeSet<&str> = pages::PAGES.iter().map(|page| page.route).collect();
    let excused: BTreeSet<&str> = pages::EXCUSED.iter().map(|(route, _)| *route).collect();
    let missing: Vec<_> = routes.iter().filter(|route| !looked_at.contains(*route) && !excused.contains(*route)).collect();
    assert!(missing.is_empty(), "name these pages in tests/browser/pages.rs: {missing:?}");
    let gone: Vec<_> = looked_at.union(&excused).filter(|route| **route != pages::NO_ROUTE && !routes.contains(*route)).collect();
    assert!(gone.is_empty(), "no longer routes, but in tests/browser/pages.rs: {gone:?}");
    let twice: Vec<_> = looked_at.intersection(&excused).collect();
    assert!(twice.is_empty(), "looked at and excused: {twice:?}");
}

/// The dark colours stand twice in the style sheet, once for the choice and once for the system; the browser sees the first.
#[test]
fn the_two_sets_of_dark_colours_are_the_same() {
    let css = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/cairn.css")).unwrap();
    let block = |opening: &str| -> Vec<String> {
        let from = css.split(opening).nth(1).unwrap_or_else(|| panic!("no {opening}"));
        from.split('}').next().unwrap().lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let chosen = block(r#":root[data-theme="dark"] {"#);
    assert!(chosen.len() > 3, "{chosen:?}");
    assert_eq!(chosen, block(r#":root:not([data-theme="light"]) {"#));
}

#[actix_web::test]
async fn every_page_passes() {
    let Some(machine) = machine::Machine::start() else { return };
    let faults = matrix::run(&machine).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[actix_web::test]
async fn work_gets_done_on_paper_and_without_javascript() {
    let Some(machine) = machine::Machine::start() else { return };
    paper::run(&machine).await;
    journey::run(&machine).await;
}
