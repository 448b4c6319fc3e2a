//! What cargo knows of the packages, reduced to what the checks need.
//!
//! `cargo metadata` gives the edges as written; what is really linked, with the features that are really on,
//! only `cargo tree` knows.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::root;

/// Where the server, the command line and the tests run.
pub const NATIVE: &str = "x86_64-unknown-linux-gnu";
/// Where the page and the worker run.
pub const BROWSER: &str = "wasm32-unknown-unknown";

/// One crate of this workspace.
#[derive(Deserialize)]
pub struct Member {
    pub name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Member {
    /// Names in `[dependencies]`, for any target.
    pub fn direct(&self) -> BTreeSet<&str> {
        self.dependencies.iter().filter(|d| d.kind.is_none()).map(|d| d.name.as_str()).collect()
    }
}

/// The crates of this workspace.
pub fn members() -> anyhow::Result<Vec<Member>> {
    #[derive(Deserialize)]
    struct Answer {
        packages: Vec<Member>,
    }
    let text = cargo(&["metadata", "--format-version", "1", "--locked", "--no-deps"])?;
    Ok(serde_json::from_str::<Answer>(&text)?.packages)
}

/// Names of all that `package` links into its product for `target`: no build scripts, no tests.
pub fn linked(package: &str, target: &str) -> anyhow::Result<BTreeSet<String>> {
    let text = cargo(&tree(&["--package", package, "--edges", "normal", "--target", target]))?;
    Ok(lines(&text).map(|line| line.name).filter(|name| name != package).collect())
}

/// All packages that are built for `target`, tests and build scripts included.
pub fn built(target: &str) -> anyhow::Result<BTreeSet<Package>> {
    Ok(lines(&cargo(&tree(&["--workspace", "--edges", "all", "--target", target]))?).collect())
}

/// A package as `cargo tree` names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// Empty if it states none.
    pub licence: String,
}

fn tree<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["tree", "--locked", "--prefix", "none", "--format", "{p}|{l}"], more].concat()
}

/// Reads lines such as `serde v1.0.229|MIT OR Apache-2.0` or `app v0.1.0 (/src/app)|MIT`.
fn lines(text: &str) -> impl Iterator<Item = Package> {
    text.lines().filter_map(|line| {
        let (package, licence) = line.split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        Some(Package { name: name.into(), version: version.into(), licence: licence.trim_end_matches(" (*)").into() })
    })
}

fn cargo(arguments: &[&str]) -> anyhow::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo does not start")?;
    ensure!(output.status.success(), "cargo {} failed", arguments[0]);
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_tree_are_read() {
        let text = "app v0.1.0 (/src/app)|MIT OR Apache-2.0\nserde v1.0.1|MIT\n\nring v0.17.8|\n";
        let found: Vec<_> = lines(text).map(|p| format!("{} {} {}", p.name, p.version, p.licence)).collect();
        assert_eq!(found, ["app v0.1.0 MIT OR Apache-2.0", "serde v1.0.1 MIT", "ring v0.17.8 "]);
    }

    #[test]
    fn what_the_worker_links_in_the_browser_is_found_through_others() {
        let found = linked("worker", BROWSER).unwrap();
        assert!(found.contains("burn-wgpu") && found.contains("samples") && !found.contains("worker"), "{found:?}");
        assert!(!linked("worker", NATIVE).unwrap().contains("burn-wgpu"), "natively nothing is gained by WebGPU");
    }
}
