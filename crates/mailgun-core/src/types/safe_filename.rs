/// The most bytes of a name, for which every file system has room.
const MAX_BYTES: usize = 200;

/// Makes a name for a file on this machine from the name that a sender gave it.
///
/// The name has no folder, begins with no dot, and has at most 200 bytes. Characters that some file system
/// refuses or that hide the extension are left out. `fallback` is the name if nothing remains.
pub fn safe_filename(name: &str, fallback: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = name.chars().filter(|c| !is_refused(*c)).collect();
    let kept = kept.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let (stem, extension) = match kept.rfind('.') {
        Some(dot) if kept.len() - dot <= MAX_BYTES / 2 => kept.split_at(dot),
        _ => (kept, ""),
    };
    let room = MAX_BYTES - extension.len();
    let fitting = stem.char_indices().map(|(start, c)| start + c.len_utf8());
    let end = fitting.take_while(|end| *end <= room).last().unwrap_or_default();
    let stem = stem[..end].trim_end_matches(['.', ' ']);
    match (stem, extension) {
        ("", "") => fallback.to_owned(),
        _ if is_device(stem) => format!("_{stem}{extension}"),
        _ => format!("{stem}{extension}"),
    }
}

/// Control characters, what Windows refuses, and marks without width, which can turn the direction of the
/// text.
fn is_refused(c: char) -> bool {
    super::is_control(c)
        || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether Windows takes a name for a device, with any extension.
fn is_device(stem: &str) -> bool {
    let name = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    matches!(&*name, "CON" | "PRN" | "AUX" | "NUL")
        || ["COM", "LPT"].iter().any(|port| {
            name.strip_prefix(port).is_some_and(|number| {
                matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")
                    || matches!(number, "¹" | "²" | "³")
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder_and_shows_its_type() {
        for (name, safe) in [
            ("terms.pdf", "terms.pdf"),
            ("größe 1.tar.gz", "größe 1.tar.gz"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            ("/etc/passwd", "passwd"),
            (r"C:\windows\evil.exe", "evil.exe"),
            ("C:evil.exe", "Cevil.exe"),
            ("a.txt:stream", "a.txtstream"),
            (".bashrc", "bashrc"),
            ("a.txt. .", "a.txt"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("a\r\n\0b\u{2028}.txt", "ab.txt"),
            ("nul", "_nul"),
            ("COM1.txt", "_COM1.txt"),
            ("lpt¹ .a", "_lpt¹.a"),
            ("console.txt", "console.txt"),
            ("..", "file"),
            ("a/", "file"),
            ("\u{200b}", "file"),
            ("", "file"),
        ] {
            assert_eq!(safe_filename(name, "file"), safe, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let long = safe_filename(&format!("{}.pdf", "ü".repeat(5_000)), "");
        assert_eq!(long, format!("{}.pdf", "ü".repeat(98)));
        assert_eq!(safe_filename(&format!("a.{}", "x".repeat(5_000)), "").len(), 200);
    }
}
