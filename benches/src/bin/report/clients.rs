//! The cost of building an application with this SDK, or with reqwest and what it needs. Each
//! application is a package in a temporary directory. Both use the lock file of this workspace, so
//! that they have the same versions of shared dependencies.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use mailgun_benches::Result;

use mailgun_benches::programs::{Scratch, output};

/// The dependencies of each application, without the runtime that both need.
const CLIENTS: [(&str, &str); 2] = [
    ("mailgun", "mailgun = { path = \"WORKSPACE/crates/mailgun\" }"),
    (
        "reqwest",
        "reqwest = { version = \"REQWEST\", features = [\"json\", \"multipart\"] }\n\
         serde = { version = \"1\", features = [\"derive\"] }\n\
         serde_json = \"1\"",
    ),
];

pub(crate) fn print_crates() -> Result<()> {
    let scratch = Scratch::new()?;
    println!("| application with the default features of | crates in its tree |\n|---|--:|");
    for (name, dependencies) in CLIENTS {
        let package = write_package(&scratch, name, dependencies)?;
        let mut tree = cargo(&package, "tree");
        let tree = output(tree.args(["-e", "normal", "--prefix", "none"]))?;
        // Cargo marks repeated crates with an asterisk.
        let crates: BTreeSet<_> = tree
            .lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .filter(|l| !l.is_empty())
            .collect();
        // Does not count the application itself.
        println!("| {name} | {} |", crates.len() - 1);
    }
    Ok(())
}

/// Measures clean builds, one after the other. Crates are downloaded beforehand.
pub(crate) fn print_build_times() -> Result<()> {
    let scratch = Scratch::new()?;
    println!("| application with the default features of | dev | release |\n|---|--:|--:|");
    for (name, dependencies) in CLIENTS {
        let package = write_package(&scratch, name, dependencies)?;
        // Downloads only what this platform needs.
        output(&mut cargo(&package, "tree"))?;
        let mut seconds = Vec::new();
        for profile in ["dev", "release"] {
            let start = Instant::now();
            output(cargo(&package, "build").args(["--quiet", "--profile", profile]))?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        let shown: Vec<_> = seconds.iter().map(|seconds| format!("{seconds:.0} s")).collect();
        println!("| {name} | {} |", shown.join(" | "));
    }
    Ok(())
}

fn cargo(package: &Path, command: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command).current_dir(package).env("CARGO_TARGET_DIR", package.join("target"));
    cargo
}

fn write_package(scratch: &Scratch, name: &str, dependencies: &str) -> Result<PathBuf> {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("there is no workspace")?;
    let lock = fs::read_to_string(workspace.join("Cargo.lock"))?;
    let reqwest = lock.split("\nname = \"reqwest\"\nversion = \"").nth(1).unwrap_or_default();
    let reqwest = reqwest.split('"').next().unwrap_or_default();
    let dependencies = dependencies
        .replace("WORKSPACE", &workspace.display().to_string())
        .replace("REQWEST", reqwest);
    let package = scratch.path().join(name);
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("src/main.rs"), "fn main() {}\n")?;
    fs::write(package.join("Cargo.lock"), lock)?;
    fs::write(
        package.join("Cargo.toml"),
        format!(
            "[package]\nname = \"application\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             {dependencies}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
        ),
    )?;
    Ok(package)
}
