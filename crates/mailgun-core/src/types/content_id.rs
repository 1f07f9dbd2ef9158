use percent_encoding::percent_decode_str;

/// Finds the entry for a content ID in a map whose keys are content IDs.
///
/// The ID may be in the form of a message header, `<logo@example.com>`, or in the form of an HTML
/// reference, `cid:logo%40example.com`. Brackets, scheme and percent-encoding are optional
/// (RFC 2392).
///
/// ```
/// use std::collections::BTreeMap;
///
/// use mailgun::resource::by_content_id;
///
/// let fields = BTreeMap::from([("<logo@example.com>".to_owned(), "attachment-1")]);
/// assert_eq!(by_content_id(&fields, "cid:logo%40example.com"), Some(&"attachment-1"));
/// ```
pub fn by_content_id<'a, V: 'a>(
    entries: impl IntoIterator<Item = (&'a String, &'a V)> + Copy,
    id: &str,
) -> Option<&'a V> {
    let find = |id: &str| entries.into_iter().find(|(key, _)| bare(key) == id).map(|(_, it)| it);
    let id = bare(id);
    // An ID may contain a literal percent sign.
    find(id).or_else(|| find(bare(&percent_decode_str(id).decode_utf8().ok()?)))
}

/// Removes scheme and brackets.
fn bare(id: &str) -> &str {
    let id = id.trim();
    let id = match id.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("cid:") => &id[4..],
        _ => id,
    };
    id.trim_matches(['<', '>'])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_content_id_is_found_in_every_form() {
        let keys = ["<logo@x>", "bare@x", "<50%25+é@x>", "<a b>", "<100%@x>"];
        let map: BTreeMap<String, &str> = keys.map(|key| (key.to_owned(), key)).into();
        for (id, key) in [
            ("logo@x", "<logo@x>"),
            ("<logo@x>", "<logo@x>"),
            ("cid:logo@x", "<logo@x>"),
            (" CID:logo@x ", "<logo@x>"),
            ("cid:<logo@x>", "<logo@x>"),
            ("cid:logo%40x", "<logo@x>"),
            ("cid:%3Clogo%40x%3E", "<logo@x>"),
            ("%3clogo%40x%3e", "<logo@x>"),
            ("cid:bare@x", "bare@x"),
            ("<bare@x>", "bare@x"),
            ("<50%25+é@x>", "<50%25+é@x>"),
            ("cid:50%2525+%C3%A9@x", "<50%25+é@x>"),
            ("cid:a%20b", "<a b>"),
            ("100%@x", "<100%@x>"),
            ("cid:100%25@x", "<100%@x>"),
        ] {
            assert_eq!(by_content_id(&map, id), Some(&key), "{id}");
        }
        for id in ["", "cid:", "<>", "LOGO@x", "logo", "cid:%FF", "http://logo@x", "é", "cid"] {
            assert_eq!(by_content_id(&map, id), None, "{id}");
        }
    }
}
