//! Bodies that are too large, broken, or not what they say they are.

use actix_web::http::Method;
use cairn::actor::Role;

use crate::both;
use crate::improvement::MAPPING;
use crate::support::Visitor;

const FORM: &str = "application/x-www-form-urlencoded";

fn of_type(kind: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
    Some((kind.to_owned(), body.to_vec()))
}

/// The form token of the account page.
async fn token(visitor: &Visitor<'_>) -> String {
    let page = scraper::Html::parse_document(&visitor.get("/account").await.text());
    let field = scraper::Selector::parse("input[name=_csrf]").unwrap();
    page.select(&field).next().unwrap().value().attr("value").unwrap().to_owned()
}

both! {
    async fn bodies_above_their_limit_are_refused(app: TestApp) {
        app.organisation();
        let manager = app.signed_in("wangfang", &Role::ALL);
        let program = app.program("program", &Role::ALL, &["write-documents", "read-documents"]);
        let large = format!("title.zh={}", "x".repeat(5 << 20));
        for path in ["/documents/new", "/sign-in", "/records/FR-01/new"] {
            let answer = manager.send(Method::POST, path, &[], of_type(FORM, large.as_bytes())).await;
            assert_eq!(answer.status, 413, "{path}");
        }
        let large = format!("{{\"title\":{{\"zh\":\"{}\"}}}}", "x".repeat(2 << 20));
        let answer = program.send(Method::POST, "/api/v1/documents", &[], of_type("application/json", large.as_bytes())).await;
        crate::api::problem(&answer, 413, "too-large");
    }

    async fn a_body_is_read_as_what_its_route_takes(app: TestApp) {
        app.organisation();
        let manager = app.signed_in("wangfang", &Role::ALL);
        let csrf = token(&manager).await;
        let form = format!("_csrf={csrf}&tier=2&title.zh=x");
        let (parts, multipart) = crate::kpi::multipart(&[("_csrf", csrf.clone()), ("tier", "2".into())], "x.csv", b"x");
        let json = format!("{{\"_csrf\":\"{csrf}\",\"tier\":2,\"title.zh\":\"x\"}}");
        for (kind, body) in [("application/json", json.as_bytes()), (parts.as_str(), multipart.as_slice()), ("text/xml", b"<a/>"), ("", b"\xff\xfe\x00")] {
            let answer = manager.send(Method::POST, "/documents/new", &[], of_type(kind, body)).await;
            assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
        }
        let program = app.program("program", &Role::ALL, &["write-documents"]);
        for kind in [FORM, "text/plain", "multipart/form-data; boundary=cut", "application/xml", ""] {
            let answer = program.send(Method::POST, "/api/v1/documents", &[], of_type(kind, form.as_bytes())).await;
            assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
        }
    }

    async fn broken_uploads_are_refused_and_leave_nothing(app: TestApp) {
        app.organisation();
        crate::records::centre(app, "HD", "华东客服中心");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let csrf = token(&manager).await;
        let (kind, whole) = crate::kpi::multipart(&[("_csrf", csrf), ("mapping", MAPPING.to_owned()), ("centre", "HD".to_owned())], "calls.csv", b"id,at,outcome,wait,talk\n1,2026-10-01 09:00:00,answered,1,1\n");
        let cut = |at: usize| whole[..at].to_vec();
        let long_head = format!("--cut\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", "x".repeat(20_000)).into_bytes();
        let long_field = [b"--cut\r\nContent-Disposition: form-data; name=\"mapping\"\r\n\r\n".to_vec(), vec![b'x'; 2 << 20]].concat();
        let mut cases = vec![
            ("multipart/form-data".to_owned(), whole.clone()),
            ("multipart/form-data; boundary=".to_owned(), whole.clone()),
            (format!("multipart/form-data; boundary={}", "x".repeat(500)), whole.clone()),
            ("multipart/form-data; boundary=other".to_owned(), whole.clone()),
            ("application/json".to_owned(), whole.clone()),
            (kind.clone(), Vec::new()),
            (kind.clone(), b"--cut--\r\n".to_vec()),
            (kind.clone(), b"--cut\r\n\r\n".to_vec()),
            (kind.clone(), long_head),
            (kind.clone(), long_field),
            (kind.clone(), b"\r\n".repeat(100_000)),
        ];
        cases.extend((1..whole.len() - 11).step_by(37).map(|at| (kind.clone(), cut(at))));
        for (number, (kind, body)) in cases.into_iter().enumerate() {
            let length = body.len();
            let answer = manager.send(Method::POST, "/kpis/import/direct", &[], Some((kind.clone(), body))).await;
            assert!(answer.status.is_client_error(), "case {number}, {kind}, {length} bytes: {} {}", answer.status, answer.main());
        }
        assert_eq!(app.ledger().db.read(|conn| cairn::kpi::batches(conn, &app.system(), None, 10)).unwrap().len(), 0);
        let incoming = app.site.config.evidence_dir().join("incoming");
        assert_eq!(std::fs::read_dir(incoming).map_or(0, Iterator::count), 0, "no half-written file stays");
    }

    async fn a_file_name_leads_nowhere(app: TestApp) {
        app.organisation();
        crate::records::centre(app, "HD", "华东客服中心");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let csrf = token(&manager).await;
        let names = ["../../../../tmp/cairn-was-here.csv", "C:\\..\\..\\x.csv", "<script>alert(1)</script>.csv", "/etc/cron.d/x", "a\0b.csv", "..", "CON"];
        for (number, name) in names.into_iter().enumerate() {
            let file = format!("id,at,outcome,wait,talk\n1,2026-{:02}-01 09:00:00,answered,1,1\n", number + 1);
            let fields = [("_csrf", csrf.clone()), ("mapping", MAPPING.to_owned()), ("centre", "HD".to_owned())];
            let answer = manager.send(Method::POST, "/kpis/import/direct", &[], Some(crate::kpi::multipart(&fields, name, file.as_bytes()))).await;
            assert_eq!(answer.status, 303, "{name}: {}", answer.main());
            let page = manager.get(answer.location()).await;
            assert!(!page.text().contains("<script>alert"), "{name}");
        }
        assert!(!std::path::Path::new("/tmp/cairn-was-here.csv").exists());
        let kept = app.ledger().db.read(|conn| cairn::kpi::batches(conn, &app.system(), None, 10)).unwrap();
        assert!(kept.iter().all(|batch| !batch.file_name.contains(['/', '\\', '\0'])), "{:?}", kept.iter().map(|b| &b.file_name).collect::<Vec<_>>());
    }
}
