//! Each published crate contains its sources, the licences, and a README made from its crate docs.
//!
//! ```sh
//! UPDATE_PACKAGES=1 cargo test -p mailgun --test packages
//! ```
//!
//! writes the READMEs and the licences.

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
        ("mailgun-cli", _) => format!(
            "The [manual]({REPOSITORY}/blob/main/docs/cli.md) explains each command, and `mailgun --help`\n\
             lists them."
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

/// Asserts that the file is as expected, or writes it.
fn expect(file: &Path, expected: &str) {
    if env::var_os("UPDATE_PACKAGES").is_some() {
        fs::write(file, expected).unwrap();
    }
    let is_current = read(file) == expected;
    assert!(is_current, "{} is out of date: set UPDATE_PACKAGES=1", file.display());
}

#[test]
fn each_readme_is_made_from_the_crate_docs() {
    for (name, path) in crates() {
        // The command line is a program alone.
        let source = ["src/lib.rs", "src/main.rs"].map(|file| read(&path.join(file)));
        let source = source.into_iter().find(|source| !source.is_empty()).unwrap();
        expect(&path.join("README.md"), &readme(&name, &source));
    }
}

#[test]
fn each_crate_carries_both_licences() {
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let expected = read(&workspace().join(licence));
        assert!(!expected.is_empty());
        for (_, path) in crates() {
            expect(&path.join(licence), &expected);
        }
    }
}

#[test]
fn each_crate_packs_what_the_workspace_says() {
    for (name, path) in crates() {
        let manifest = read(&path.join("Cargo.toml"));
        for line in ["include.workspace = true", "[package.metadata.docs.rs]"] {
            assert!(manifest.contains(line), "{name} has no {line}");
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
