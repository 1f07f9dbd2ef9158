//! Each published crate carries the licences, and a README made from its crate docs.
//!
//! ```sh
//! UPDATE_READMES=1 cargo test -p mailgun --test packages
//! ```
//!
//! rewrites the READMEs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The directories of the published crates, whose names are those of the crates.
fn crates() -> Vec<(String, PathBuf)> {
    let mut crates: Vec<_> = fs::read_dir(workspace().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    crates.sort();
    crates
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The crate docs up to their first heading, as Markdown that makes sense outside of rustdoc.
fn introduction(source: &str) -> String {
    let docs = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut text = String::new();
    let mut prose = String::new();
    let mut in_code = false;
    for line in docs {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(language) = line.strip_prefix("```") {
            text += &unlinked(&std::mem::take(&mut prose));
            text += match language {
                "" if in_code => "```",
                "text" | "toml" | "sh" => line,
                _ => "```rust",
            };
            text.push('\n');
            in_code = !in_code;
        } else if in_code {
            // Lines that rustdoc hides.
            if line != "#" && !line.starts_with("# ") {
                text += line;
                text.push('\n');
            }
        } else if line.starts_with("# ") {
            break;
        } else {
            prose += line;
            prose.push('\n');
        }
    }
    text += &unlinked(&prose);
    text.trim().to_owned()
}

/// Without the links that only rustdoc resolves.
fn unlinked(mut prose: &str) -> String {
    let mut text = String::new();
    while let Some((before, rest)) = prose.split_once('[') {
        text += before;
        let Some((label, after)) = rest.split_once(']') else {
            text.push('[');
            prose = rest;
            continue;
        };
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        match target {
            Some((url, after)) if url.contains("://") => {
                text += &format!("[{label}]({url})");
                prose = after;
            }
            Some((_, after)) => {
                text += label;
                prose = after;
            }
            None if label.starts_with('`') => {
                text += label;
                prose = after;
            }
            None => {
                text += &format!("[{label}]");
                prose = after;
            }
        }
    }
    text + prose
}

/// The feature of the umbrella that enables the crate.
fn feature(name: &str) -> Option<&str> {
    const UMBRELLA: &str = include_str!("../Cargo.toml");
    let feature = name.strip_prefix("mailgun-")?;
    UMBRELLA.lines().any(|line| line.starts_with(&format!("{feature} = ["))).then_some(feature)
}

fn readme(name: &str, source: &str) -> String {
    const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
    let version =
        format!("{}.{}", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    let tls = "`https` needs one of the features `rustls-aws-lc-rs` (default), `rustls-ring` and \
        `rustls-no-provider`,\nand one of `native-roots` (default) and `webpki-roots`.";
    let usage = match (name, feature(name)) {
        ("mailgun", _) => format!(
            "```toml\n[dependencies]\nmailgun = \"{version}\"\n```\n\n{tls}\n\n\
             The [repository]({REPOSITORY}) has\n\
             an example for each task, the promises of this SDK in full, and a page for users of \
             mailgun.js."
        ),
        ("mailgun-core", _) => {
            format!("```toml\n[dependencies]\nmailgun-core = \"{version}\"\n```\n\n{tls}")
        }
        ("mailgun-mock", _) => format!(
            "```toml\n[dev-dependencies]\nmailgun-mock = \"{version}\"\n```\n\n\
             As a program, for clients in any language:\n\n\
             ```sh\ncargo install mailgun-mock\nmailgun-mock --port 8025\n```\n\n\
             The mock speaks plain HTTP on loopback, so this crate enables no TLS."
        ),
        (resource, Some(feature)) => {
            let module = feature.replace('-', "_");
            format!(
                "Most applications use [`mailgun`](https://docs.rs/mailgun) with the feature \
                 `{feature}`:\nthis crate is then the module `mailgun::{module}`.\n\n\
                 To use this crate alone, add `mailgun-core`, which has the client:\n\n\
                 ```toml\n[dependencies]\nmailgun-core = \"{version}\"\n{resource} = \"{version}\"\n```\n\n\
                 This crate enables no TLS; `mailgun-core` does, by its default features. If you turn \
                 them off,\nenable one of `rustls-aws-lc-rs`, `rustls-ring` and `rustls-no-provider`, \
                 and one of\n`native-roots` and `webpki-roots`."
            )
        }
        (shared, None) => format!("```toml\n[dependencies]\n{shared} = \"{version}\"\n```"),
    };
    format!(
        "# {name}\n\n{}\n\n## Usage\n\n{usage}\n\n## License\n\n\
         [MIT]({REPOSITORY}/blob/main/LICENSE-MIT) or\n\
         [Apache-2.0]({REPOSITORY}/blob/main/LICENSE-APACHE), at your option.\n",
        introduction(source),
    )
}

#[test]
fn each_readme_is_made_from_the_crate_docs() {
    let update = env::var_os("UPDATE_READMES").is_some();
    let mut stale = Vec::new();
    for (name, path) in crates() {
        let expected = readme(&name, &read(&path.join("src/lib.rs")));
        let file = path.join("README.md");
        if update {
            fs::write(&file, &expected).unwrap();
        } else if read(&file) != expected {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "run with UPDATE_READMES=1 to update {stale:?}");
}

#[test]
fn each_crate_carries_both_licences() {
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let expected = read(&workspace().join(licence));
        assert!(!expected.is_empty());
        for (name, path) in crates() {
            assert_eq!(read(&path.join(licence)), expected, "{licence} of {name}");
        }
    }
}

#[test]
fn links_that_only_rustdoc_resolves_become_text() {
    assert_eq!(unlinked("[`Client`](mailgun_core::Client) and [`Call`]"), "`Client` and `Call`");
    assert_eq!(unlinked("the [layers](layers)"), "the layers");
    assert_eq!(unlinked("[site](https://a.example)"), "[site](https://a.example)");
    assert_eq!(unlinked("`#[non_exhaustive]`, `&[]`, [open"), "`#[non_exhaustive]`, `&[]`, [open");
}
