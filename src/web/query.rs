//! Addresses with a query: lists keep their filters, order and place in the URL.

/// A path with those parameters that are not empty.
pub fn address(path: &str, params: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = params
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Percent-encodes one part of an address (RFC 3986, unreserved characters stay).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parameters_are_left_out_and_the_rest_is_escaped() {
        assert_eq!(address("/records", &[("q", ""), ("state", "")]), "/records");
        assert_eq!(
            address("/records/FR-01", &[("q", "投诉 a&b"), ("from", "2026-11-01")]),
            "/records/FR-01?q=%E6%8A%95%E8%AF%89%20a%26b&from=2026-11-01"
        );
    }
}
