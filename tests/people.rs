//! Signing in, sessions, rights, people.

use actix_web::http::Method;
use cairn::actor::{Permission, Role, may};
use cairn::people::{self, NewUser};
use chrono::Duration;

use crate::both;
use crate::support::{Answer, TestApp, Visitor, grant, start};

const PASSWORD: &str = "长长的一句口令 2026";

/// A person who can sign in with [`PASSWORD`].
fn with_password(app: &TestApp, login: &str, roles: &[Role]) -> String {
    let command = NewUser { login: login.into(), name: "王芳".into(), post: "质量主管".into(), ..NewUser::default() };
    let roles: Vec<_> = roles.iter().map(|role| grant(*role)).collect();
    let hash = people::hash_password(PASSWORD).unwrap();
    let today = start().date_naive();
    app.ledger().write(&app.system(), move |tx| people::bootstrap(tx, &command, Some(&hash), &roles, today)).unwrap().id
}

async fn sign_in(visitor: &Visitor<'_>, login: &str, password: &str) -> Answer {
    visitor.post("/sign-in", &[("login", login), ("password", password), ("next", "/account")]).await
}

/// The form token of a page.
fn token_of(answer: &Answer) -> String {
    let page = scraper::Html::parse_document(&answer.text());
    let field = scraper::Selector::parse("input[name=_csrf]").unwrap();
    page.select(&field).next().and_then(|e| e.value().attr("value")).unwrap_or_default().to_owned()
}

both! {
    async fn the_right_password_opens_and_the_wrong_one_does_not(app: TestApp) {
        app.organisation();
        with_password(app, "WangFang", &[Role::QualityManager]);
        let visitor = app.nobody();
        let page = visitor.get("/sign-in?next=%2Faccount").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.all("h1"), ["登录"]);
        let wrong = sign_in(&visitor, "wangfang", "not the password").await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.main().contains("登录名或密码不对"), "{}", wrong.main());
        assert!(wrong.text().contains(r#"value="wangfang""#), "the login name comes back");
        let nobody = sign_in(&visitor, "nobody", "not the password").await;
        assert_eq!((nobody.status, nobody.main().contains("登录名或密码不对")), (wrong.status, true), "the same answer as for a known person");
        let right = sign_in(&visitor, "ｗangfang ", PASSWORD).await;
        assert_eq!((right.status.as_u16(), right.location()), (303, "/account"), "folded like full-width letters");
        let account = visitor.get("/account").await;
        assert_eq!(account.status, 200);
        assert!(account.main().contains("质量主管"));
    }

    async fn guesses_are_counted_per_account_and_per_network(app: TestApp) {
        app.organisation();
        with_password(app, "wangfang", &[]);
        with_password(app, "liuyang", &[]);
        let visitor = app.nobody();
        for _ in 0..10 {
            assert_eq!(sign_in(&visitor, "wangfang", "wrong wrong").await.status, 422);
        }
        let stopped = sign_in(&visitor, "wangfang", PASSWORD).await;
        assert_eq!(stopped.status, 429);
        assert!(stopped.header("retry-after").unwrap().parse::<i64>().unwrap() > 800);
        assert!(stopped.main().contains("尝试次数过多"));
        assert_eq!(sign_in(&visitor, "liuyang", PASSWORD).await.status, 303, "another account is not held up");
        app.pass(Duration::minutes(16));
        assert_eq!(sign_in(&visitor, "wangfang", PASSWORD).await.status, 303, "a delay, not a lock");
    }

    async fn a_network_that_guesses_many_accounts_is_slowed(app: TestApp) {
        app.organisation();
        for i in 0..100 {
            // Straight to the service: the page would only add time.
            drop(people::sign_in(app.ledger(), &format!("guess{i}"), "x", "203.0.113.9", "test"));
        }
        let stopped = people::sign_in(app.ledger(), "another", "x", "203.0.113.9", "test");
        assert!(matches!(stopped, Err(cairn::error::Error::TooMany(_))));
        let elsewhere = people::sign_in(app.ledger(), "another", "x", "203.0.113.10", "test");
        assert!(matches!(elsewhere, Err(cairn::error::Error::Invalid(_))));
    }

    async fn a_person_without_a_password_cannot_sign_in(app: TestApp) {
        app.organisation();
        app.user("nopassword", &[Role::Administrator]);
        for password in ["", "admin", "password", "cairn", "nopassword"] {
            assert_eq!(sign_in(&app.nobody(), "nopassword", password).await.status, 422, "{password}");
        }
    }

    async fn signing_out_ends_the_session_for_every_copy_of_its_cookie(app: TestApp) {
        app.organisation();
        app.user("wangfang", &[Role::QualityManager]);
        let begun = people::sign_in_as(app.ledger(), "wangfang", "127.0.0.1", "test").unwrap();
        let (visitor, copy) = (app.session(&begun), app.session(&begun));
        assert_eq!(copy.get("/account").await.status, 200);
        let out = visitor.post("/sign-out", &[]).await;
        assert_eq!((out.status.as_u16(), out.location()), (303, "/sign-in"));
        let after = copy.get("/account").await;
        assert_eq!((after.status.as_u16(), after.location()), (303, "/sign-in?next=/account"));
    }

    async fn deactivation_and_revocation_bite_on_the_next_request(app: TestApp) {
        app.organisation();
        let admin = app.signed_in("admin", &[Role::Administrator]);
        let auditor = app.user("guyan", &[Role::Auditor]);
        let reader = app.sign_in("guyan");
        assert_eq!(reader.get("/rights").await.status, 200);
        let grants = app.ledger().db.read(|conn| people::grants_of(conn, &auditor.id)).unwrap();
        let done = admin.post(&format!("/people/{}/grants/{}/revoke", auditor.id, grants[0].id), &[]).await;
        assert_eq!(done.status, 303);
        assert_eq!(reader.get("/rights").await.status, 404);
        assert_eq!(reader.get("/account").await.status, 200, "the session itself lives");
        assert_eq!(admin.post(&format!("/people/{}/active", auditor.id), &[("active", "false")]).await.status, 303);
        assert_eq!(reader.get("/account").await.status, 303);
    }

    async fn an_expired_token_of_a_live_session_is_renewed_silently(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::Staff]);
        assert_eq!(visitor.get("/account").await.header("set-cookie"), None);
        app.pass(Duration::minutes(20));
        let answer = visitor.get("/account").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("set-cookie").unwrap().starts_with("cairn="));
        // The touch of the session row is not waited for by the reader; here it is, lest it be written after the hour.
        let user = app.ledger().db.read(|conn| people::find_by_login(conn, "wangfang")).unwrap();
        let actor = app.actor(&user, &[]);
        let touched = |conn: &mut cairn::db::Conn| Ok(people::sessions_of(conn, &actor, app.site.now())?[0].last_seen_at == app.site.now());
        for _ in 0..500 {
            if app.ledger().db.read(touched).unwrap() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        app.pass(Duration::minutes(61));
        assert_eq!(visitor.get("/account").await.status, 303, "idle for an hour");
    }

    async fn forged_cookies_are_refused(app: TestApp) {
        app.organisation();
        let user = app.user("wangfang", &[Role::Administrator]);
        let begun = people::sign_in_as(app.ledger(), "wangfang", "127.0.0.1", "test").unwrap();
        let now = app.site.now();
        let forged = cairn::web::session::sign(b"0123456789abcdef0123456789abcdef", &user.id, &begun.session, now).unwrap();
        let other_user = cairn::web::session::sign(&app.site.secret, "somebody", &begun.session, now).unwrap();
        let no_row = cairn::web::session::sign(&app.site.secret, &user.id, "no-such-session", now).unwrap();
        for token in [forged.as_str(), other_user.as_str(), no_row.as_str(), "x.y.z", "", "%00"] {
            let answer = app.nobody().send(Method::GET, "/people", &[("cookie", &format!("cairn={token}"))], None).await;
            assert_eq!(answer.status, 303, "{token}");
        }
    }

    async fn a_change_without_its_form_token_or_from_another_site_is_refused(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::QualityManager]);
        let form = |text: &str| Some(("application/x-www-form-urlencoded".to_owned(), text.as_bytes().to_vec()));
        for body in ["theme=dark", "_csrf=&theme=dark", "_csrf=0000&theme=dark"] {
            let answer = visitor.send(Method::POST, "/preferences", &[], form(body)).await;
            assert_eq!(answer.status, 403, "{body}");
        }
        assert_eq!(visitor.send(Method::POST, "/sign-out", &[], form("")).await.status, 403);
        let token = token_of(&visitor.get("/account").await);
        let body = format!("_csrf={token}&theme=dark&next=/account");
        for header in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")] {
            let answer = visitor.send(Method::POST, "/preferences", &[header], form(&body)).await;
            assert_eq!(answer.status, 403, "{header:?}");
            let before_session = app.nobody().send(Method::POST, "/sign-in", &[header], form("login=a&password=b")).await;
            assert_eq!(before_session.status, 403, "{header:?}");
        }
        let answer = visitor.send(Method::POST, "/preferences", &[("sec-fetch-site", "same-origin")], form(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/account"));
    }

    async fn nobody_is_sent_to_another_site(app: TestApp) {
        app.organisation();
        with_password(app, "wangfang", &[]);
        for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"] {
            let visitor = app.nobody();
            let answer = visitor.post("/sign-in", &[("login", "wangfang"), ("password", PASSWORD), ("next", next)]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (303, "/"), "{next}");
        }
        let visitor = app.signed_in("liuyang", &[]);
        let answer = visitor.post("/preferences", &[("lang", "en"), ("next", "//evil.example")]).await;
        assert_eq!(answer.location(), "/");
    }

    async fn every_answer_carries_the_security_headers(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("admin", &[Role::Administrator]);
        for path in ["/sign-in", "/account", "/people", "/no-such-page", "/assets/cairn.css", "/assets/none"] {
            let answer = visitor.get(path).await;
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"), ("x-frame-options", "DENY"), ("cross-origin-opener-policy", "same-origin")] {
                assert_eq!(answer.header(name), Some(value), "{path}");
            }
            assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 36), "{path}");
        }
    }

    async fn language_and_appearance_are_remembered(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::Staff]);
        assert_eq!(visitor.post("/preferences", &[("lang", "en"), ("next", "/account")]).await.status, 303);
        let page = visitor.get("/account").await;
        assert!(page.text().contains(r#"<html lang="en""#));
        assert!(page.main().contains("Change password"));
        assert_eq!(app.sign_in("wangfang").get("/account").await.all("h1").len(), 1);
        let user = app.ledger().db.read(|conn| people::find_by_login(conn, "wangfang")).unwrap();
        assert_eq!(user.locale, "en", "kept with the person, not only in this browser");
        visitor.post("/preferences", &[("theme", "dark"), ("next", "/account")]).await;
        assert!(visitor.get("/account").await.text().contains(r#"data-theme="dark""#));
        assert_eq!(visitor.get("/account").await.all("form[data-keys] kbd"), ["/"], "the key that goes to the search");
        for (keys, forms) in [("off", 0), ("anything", 0), ("on", 1)] {
            visitor.post("/preferences", &[("keys", keys), ("next", "/account")]).await;
            assert_eq!(visitor.get("/account").await.all("form[data-keys]").len(), forms, "{keys}");
        }
    }

    async fn an_error_leaves_whoever_is_signed_in_where_they_were(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::Staff]).english();
        for path in ["/d/NOPE-01", "/nothing/here", "/people"] {
            let page = visitor.get(path).await;
            assert_eq!(page.status, 404, "{path}");
            assert!(page.all("nav.areas a").len() > 3 && page.all("form[action='/sign-out']").len() == 1, "{path}");
        }
        let page = app.nobody().get("/nothing/here").await;
        assert_eq!((page.status.as_u16(), page.all("nav.areas a").len()), (404, 0));
        assert!(!page.text().contains("远岚速运"), "a stranger learns nothing about the organisation");
    }

    async fn ones_own_password_and_sessions(app: TestApp) {
        app.organisation();
        with_password(app, "wangfang", &[Role::Staff]);
        let (here, there) = (app.nobody(), app.nobody());
        sign_in(&here, "wangfang", PASSWORD).await;
        sign_in(&there, "wangfang", PASSWORD).await;
        let page = here.get("/account").await;
        assert_eq!(page.all("#sessions tbody tr").len(), 2);
        let token = token_of(&page);
        let wrong = here.post("/account/password", &[("_csrf", &token), ("current", "no"), ("password", "一个新的长口令吧好")]).await;
        assert_eq!(wrong.status, 403, "the visitor's own token stands first in the form");
        let body = |current: &str, new: &str| {
            let pairs = [("_csrf", token.as_str()), ("current", current), ("password", new)];
            let text: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={}", v.replace(' ', "+"))).collect();
            Some(("application/x-www-form-urlencoded".to_owned(), text.join("&").into_bytes()))
        };
        let wrong = here.send(Method::POST, "/account/password", &[], body("no", "another long one")).await;
        assert_eq!((wrong.status.as_u16(), wrong.main().contains("现在的密码不对")), (422, true));
        let short = here.send(Method::POST, "/account/password", &[], body(PASSWORD, "short")).await;
        assert_eq!((short.status.as_u16(), short.main().contains("至少 10 个字符")), (422, true));
        let done = here.send(Method::POST, "/account/password", &[], body(PASSWORD, "another long one")).await;
        assert_eq!(done.status, 303);
        assert_eq!(here.get("/account").await.status, 200, "this browser goes on");
        assert_eq!(there.get("/account").await.status, 303, "the others sign in again");
        assert_eq!(sign_in(&there, "wangfang", PASSWORD).await.status, 422);
        assert_eq!(sign_in(&there, "wangfang", "another long one").await.status, 303);
    }

    async fn every_area_of_the_api_has_its_scopes_on_the_account_page(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::QualityManager]);
        let page = visitor.get("/account").await.main();
        for scope in ["阅读现行与已替代的文件", "填写并提交记录", "导入与导出成批文件"] {
            assert!(page.contains(scope), "{scope}: {page}");
        }
        let page = app.sign_in("wangfang").english().get("/account").await;
        for scope in ["read-documents", "write-documents", "transfer-documents", "fill-records", "read-records", "read-kpis", "import-kpis"] {
            assert!(page.text().contains(&format!("value=\"{scope}\"")), "{scope}");
        }
        assert!(page.main().contains("Fill in and submit records"), "{}", page.main());
    }

    async fn a_token_is_shown_once_scoped_and_revoked(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("wangfang", &[Role::QualityManager]);
        let bad = visitor.post("/account/tokens", &[("name", "导入"), ("expires_on", "2026-12-31")]).await;
        assert_eq!(bad.status, 422);
        let made = visitor.post("/account/tokens", &[("name", "每日导入"), ("scopes[]", "import-kpis"), ("scopes[]", "read-kpis"), ("expires_on", "2026-12-31")]).await;
        assert_eq!(made.status, 200, "{}", made.main());
        let secret = made.all("#once")[0].clone();
        assert!(secret.starts_with("cairn_"), "{secret}");
        let page = visitor.get("/account").await;
        assert!(!page.text().contains(&secret));
        assert!(page.main().contains("每日导入"));
        let user = app.ledger().db.read(|conn| people::find_by_login(conn, "wangfang")).unwrap();
        let row = app.ledger().db.read(|conn| people::tokens_of(conn, &app.actor(&user, &[]))).unwrap().remove(0);
        assert_eq!(visitor.post(&format!("/account/tokens/{}/revoke", row.id), &[]).await.status, 303);
        assert!(visitor.get("/account").await.all("#tokens td .st").iter().any(|state| state == "已撤销"));
        let other = app.signed_in("liuyang", &[Role::QualityManager]);
        assert_eq!(other.post(&format!("/account/tokens/{}/revoke", row.id), &[]).await.status, 404);
    }

    async fn the_rights_page_is_the_table_itself(app: TestApp) {
        app.organisation();
        let auditor = app.signed_in("guyan", &[Role::Auditor]);
        let page = auditor.get("/rights").await;
        assert_eq!(page.status, 200);
        let document = scraper::Html::parse_document(&page.text());
        for permission in Permission::ALL {
            let row = scraper::Selector::parse(&format!("tr[data-right={}] td", permission.as_str())).unwrap();
            let shown: Vec<bool> = document.select(&row).map(|cell| cell.html().contains("tick")).collect();
            let table: Vec<bool> = Role::ALL.into_iter().map(|role| may(role, permission)).collect();
            assert_eq!(shown, table, "{}", permission.as_str());
        }
        assert_eq!(app.signed_in("staff", &[Role::Staff]).get("/rights").await.status, 404);
    }

    async fn administrators_manage_people(app: TestApp) {
        app.organisation();
        let admin = app.signed_in("admin", &[Role::Administrator]);
        let new = admin.post("/people", &[("name", "陈刚"), ("login", "chengang"), ("post", "中心经理"), ("locale", "zh"), ("password", PASSWORD)]).await;
        assert_eq!(new.status, 303, "{}", new.main());
        let place = new.location().to_owned();
        let taken = admin.post("/people", &[("name", "陈刚"), ("login", "ChenGang"), ("locale", "zh")]).await;
        assert_eq!((taken.status.as_u16(), taken.main().contains("已被使用")), (422, true));
        let wrong = admin.post(&format!("{place}/grants"), &[("role", "staff"), ("starts_on", "2026-12-02"), ("ends_on", "2026-12-01")]).await;
        assert_eq!((wrong.status.as_u16(), wrong.main().contains("截止日早于起始日")), (422, true));
        assert_eq!(admin.post(&format!("{place}/grants"), &[("role", "staff")]).await.status, 303);
        let page = admin.get(&place).await;
        assert!(page.all("#roles tbody th").contains(&"员工".to_owned()));
        assert!(admin.get("/people").await.main().contains("chengang"));
        assert_eq!(sign_in(&app.nobody(), "chengang", PASSWORD).await.status, 303);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        assert_eq!(manager.get("/people").await.status, 404);
        assert_eq!(manager.post("/people", &[("name", "x"), ("login", "x")]).await.status, 403);
    }

    async fn the_last_administrator_stays(app: TestApp) {
        app.organisation();
        let id = app.user("admin", &[Role::Administrator]).id;
        let admin = app.sign_in("admin");
        let grants = app.ledger().db.read(|conn| people::grants_of(conn, &id)).unwrap();
        let revoke = format!("/people/{id}/grants/{}/revoke", grants[0].id);
        assert_eq!(admin.post(&revoke, &[]).await.status, 303);
        assert!(admin.get(&format!("/people/{id}")).await.main().contains("最后一位管理员"));
        admin.post(&format!("/people/{id}/active"), &[("active", "false")]).await;
        assert_eq!(admin.get("/people").await.status, 200);
        app.user("second", &[Role::Administrator]);
        assert_eq!(admin.post(&revoke, &[]).await.status, 303);
        assert_eq!(admin.get("/people").await.status, 404);
    }

    async fn the_demo_lets_people_in_at_this_machine_only(app: TestApp) {
        use actix_web::{App, test};
        app.organisation();
        app.user("wangfang", &[Role::QualityManager]);
        let config = cairn::config::Config { demo: true, ..app.site.config.clone() };
        let site = cairn::app::site(config, app.ledger().clone()).unwrap();
        let service = test::init_service(cairn::guarded!(App::new()).configure(cairn::app::configure(site))).await;
        let cases = [("127.0.0.1:5000", "127.0.0.1:8080", None, true), ("192.0.2.7:5000", "127.0.0.1:8080", None, false),
            ("127.0.0.1:5000", "evil.example", None, false), ("127.0.0.1:5000", "localhost:8080", Some("192.0.2.7"), false)];
        for (peer, host, forwarded, open) in cases {
            let mut page = test::TestRequest::get().uri("/sign-in").peer_addr(peer.parse().unwrap()).insert_header(("host", host));
            let mut enter = test::TestRequest::post().uri("/sign-in/demo").peer_addr(peer.parse().unwrap()).insert_header(("host", host))
                .insert_header(("content-type", "application/x-www-form-urlencoded")).set_payload("login=wangfang");
            if let Some(from) = forwarded {
                page = page.insert_header(("x-forwarded-for", from));
                enter = enter.insert_header(("x-forwarded-for", from));
            }
            let page = test::call_service(&service, page.to_request()).await;
            let body = String::from_utf8(test::read_body(page).await.to_vec()).unwrap();
            assert_eq!(body.contains("who-btn"), open, "{peer} {host}");
            let entered = test::call_service(&service, enter.to_request()).await;
            assert_eq!(entered.status().as_u16(), if open { 303 } else { 404 }, "{peer} {host}");
        }
        assert_eq!(app.nobody().post("/sign-in/demo", &[("login", "wangfang")]).await.status, 404, "not a demo");
    }
}
