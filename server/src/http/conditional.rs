//! `ETag` and `If-None-Match` (RFC 9110, section 13).

use axum::http::{HeaderMap, HeaderName, header};

/// Whether the client already has the content that `etag` stands for.
pub fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    matches(headers, header::IF_NONE_MATCH, etag)
}

/// Whether a list of entity tags in a header names `etag`. The comparison is weak.
pub fn matches(headers: &HeaderMap, name: HeaderName, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_list_of_tags_is_searched_and_weakness_ignored() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""));
        assert!(not_modified(&headers, "\"a\""));
        assert!(not_modified(&headers, "\"b\""));
        assert!(!not_modified(&headers, "\"c\""));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert!(not_modified(&headers, "\"c\""));
        assert!(!not_modified(&HeaderMap::new(), "\"c\""));
    }
}
