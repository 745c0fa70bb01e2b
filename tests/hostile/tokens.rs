//! Forged session tokens, and guesses that pretend to come from elsewhere.

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::people;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::both;

/// Base64 without padding, as tokens have it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..=three.len()).for_each(|n| text.push(char::from(LETTERS[(bits >> (18 - 6 * n) & 63) as usize])));
    }
    text
}

both! {
    async fn forged_session_tokens_open_nothing(app: TestApp) {
        app.organisation();
        let user = app.user("wangfang", &[Role::Administrator]);
        let begun = people::sign_in_as(app.ledger(), "wangfang", "127.0.0.1", "test").unwrap();
        let at = app.clock.now().timestamp();
        let right = json!({"iss": "cairn", "aud": "cairn-pages", "sub": user.id, "sid": begun.session, "jti": "x", "iat": at, "nbf": at, "exp": at + 900});
        let with = |changes: &[(&str, Value)]| {
            let mut claims = right.clone();
            for (name, value) in changes {
                claims[*name] = value.clone();
            }
            claims
        };
        let key = EncodingKey::from_secret(&app.site.secret);
        let sign = |algorithm: Algorithm, claims: &Value| encode(&Header::new(algorithm), claims, &key).unwrap();
        let good = sign(Algorithm::HS256, &right);
        let opens = async |token: &str| {
            let answer = app.nobody().send(Method::GET, "/people", &[("cookie", &format!("cairn={token}"))], None).await;
            assert!(matches!(answer.status.as_u16(), 200 | 303), "{token}: {}", answer.status);
            answer.status == 200
        };
        assert!(opens(&good).await, "the right one does open");
        let mut forged = vec![sign(Algorithm::HS384, &right), sign(Algorithm::HS512, &right)];
        let wrong: [(&str, Value); 22] = [
            ("exp", json!("9999999999")), ("exp", json!(null)), ("exp", json!(at + 10 * 365 * 86_400)), ("exp", json!(1e300)),
            ("nbf", json!(at + 3_600)), ("nbf", json!("0")), ("nbf", json!(null)),
            ("iat", json!(at - 13 * 3_600)), ("iat", json!(-1)), ("iat", json!(i64::MIN)), ("iat", json!("now")),
            ("iss", json!("other")), ("iss", json!(["cairn", 7])), ("aud", json!("cairn-api")), ("aud", json!(null)),
            ("sub", json!("somebody")), ("sub", json!("")), ("sub", json!(null)), ("sid", json!("none")), ("sid", json!("' OR 1=1 --")),
            ("sid", json!(null)), ("sid", json!(["x"])),
        ];
        forged.extend(wrong.iter().map(|(name, value)| sign(Algorithm::HS256, &with(&[(*name, value.clone())]))));
        let other = EncodingKey::from_secret(b"0123456789abcdef0123456789abcdef");
        forged.push(encode(&Header::new(Algorithm::HS256), &right, &other).unwrap());
        forged.push(encode(&Header::new(Algorithm::HS256), &right, &EncodingKey::from_secret(b"")).unwrap());
        let (head, rest) = good.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        for header in [
            json!({"alg": "none"}), json!({"alg": "None", "typ": "JWT"}), json!({"alg": "nOnE"}), json!({"alg": ""}), json!({}),
            json!({"alg": "RS256"}), json!({"alg": "ES256"}), json!({"alg": "EdDSA"}), json!({"alg": "PS512"}), json!({"alg": ["HS256"]}),
            json!({"alg": "HS256", "kid": "../../dev/null"}), json!({"alg": "HS256", "kid": "' UNION SELECT 'x"}),
            json!({"alg": "HS256", "jku": "https://evil.example/keys"}), json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}),
            json!({"alg": "HS256", "x5u": "https://evil.example"}), json!({"alg": "HS256", "crit": ["exp"], "b64": false}),
        ] {
            let header = base64(header.to_string().as_bytes());
            forged.push(format!("{header}.{body}."));
            forged.push(format!("{header}.{body}.{signature}"));
        }
        let more = base64(with(&[("sub", json!("somebody"))]).to_string().as_bytes());
        forged.extend([
            format!("{head}.{more}.{signature}"), format!("{head}.{body}"), format!("{head}..{signature}"), format!(".{body}.{signature}"),
            format!("{good}.x"), format!("{good}."), format!("{head}.{body}.{}", &signature[..signature.len() - 2]), format!("{head}.{body}.{signature}AA"),
            format!("{head}.{body}.{}", signature.to_lowercase()), format!("{head}=.{body}=.{signature}="), "..".into(), "a.b.c".into(), "x".repeat(7_000),
        ]);
        assert!(forged.len() >= 60, "{}", forged.len());
        for token in &forged {
            assert!(!opens(token).await, "{token}");
        }
        app.pass(chrono::Duration::hours(13));
        assert!(!opens(&good).await, "older than a session can be");
    }

    async fn saying_one_comes_from_elsewhere_gains_no_guess(app: TestApp) {
        app.organisation();
        app.user("wangfang", &[Role::QualityManager]);
        let visitor = app.nobody();
        let body = || Some(("application/x-www-form-urlencoded".to_owned(), b"login=wangfang&password=wrong+wrong".to_vec()));
        for n in 0..12 {
            let address = format!("203.0.113.{n}");
            let forwarded = format!("for={address}");
            let headers = [("x-forwarded-for", address.as_str()), ("x-real-ip", &address), ("forwarded", &forwarded), ("cf-connecting-ip", &address), ("true-client-ip", &address)];
            let answer = visitor.send(Method::POST, "/sign-in", &headers, body()).await;
            assert_eq!(answer.status.as_u16(), if n < 10 { 422 } else { 429 }, "guess {n}");
        }
        let counted = people::spend_guess(app.ledger(), "another", "203.0.113.3");
        assert!(counted.is_ok(), "what a header says is counted for nobody else");
    }
}
