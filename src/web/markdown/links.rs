//! Which addresses a text may point at: http, https, mailto and relative ones, nothing that runs.

/// Schemes a link may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// The address as it may stand in `href`, or `None` when it must not become a link.
///
/// Control characters and spaces, which browsers skip inside a scheme (`java\tscript:`), are judged as if they were not
/// there; addresses without a scheme that would still leave the site (`//host`, `\\host`) are refused.
pub fn safe_href(address: &str) -> Option<String> {
    let squeezed: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let head = squeezed.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, _)) = head.split_once(':') {
        let known = SCHEMES.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed));
        return known.then(|| trimmed(address));
    }
    let leaves = squeezed.contains('\\') || squeezed.starts_with("//");
    (!leaves && !squeezed.is_empty() && !encoded_colon(head)).then(|| trimmed(address))
}

/// True for an address outside this server.
pub fn is_remote(address: &str) -> bool {
    let lower = address.trim_start().to_ascii_lowercase();
    lower.starts_with("http:") || lower.starts_with("https:")
}

/// True for an address that names no file: a fragment, a query, an absolute path of the site or one with a scheme.
pub(super) fn is_site_or_scheme(address: &str) -> bool {
    address.starts_with(['#', '?', '/']) || address.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'))
}

fn trimmed(address: &str) -> String {
    address.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// `javascript%3Aalert(1)` is harmless as a relative address, but nobody writes it in good faith.
fn encoded_colon(head: &str) -> bool {
    let lower = head.to_ascii_lowercase();
    ["javascript", "vbscript", "data"]
        .iter()
        .any(|scheme| lower.starts_with(scheme) && lower[scheme.len()..].starts_with(['%', '&']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_addresses_pass() {
        for good in ["https://a.example/x?y#z", "HTTP://a", "mailto:a@b.example", "#c53", "/d/QP-08", "a/b.png", "?q=1"] {
            assert_eq!(safe_href(good).as_deref(), Some(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "java\u{0}script:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript%3Aalert(1)",
            "",
            "  ",
            "blob:x",
        ] {
            assert_eq!(safe_href(bad), None, "{bad:?}");
        }
    }
}
