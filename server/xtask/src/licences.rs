//! The licences of everything that is linked or run, held against the list of `deny.toml`.
//!
//! `cargo deny` reads the same list and checks more; it takes longer to build than everything else here, so
//! this check is the one that every test run makes.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::{
    metadata::{self, BROWSER, NATIVE},
    root,
};

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

/// Why `licence` is not covered by `allowed`; `None` if it is.
fn objection(text: &str, allowed: &BTreeSet<String>) -> Option<String> {
    if text.is_empty() {
        return Some("states no licence".to_owned());
    }
    match Expression::parse_mode(text, ParseMode::LAX) {
        Ok(expression) => {
            let covered = expression.evaluate(|asked| allowed.contains(&asked.to_string()));
            (!covered).then(|| format!("`{text}` is not covered by deny.toml"))
        }
        Err(e) => Some(format!("`{text}` is no licence expression: {}", e.reason)),
    }
}

fn objections() -> anyhow::Result<(usize, Vec<String>)> {
    let text = std::fs::read_to_string(root().join("deny.toml")).context("deny.toml cannot be read")?;
    let deny: Deny = toml::from_str(&text).context("deny.toml")?;
    let mut packages = metadata::built(NATIVE)?;
    packages.extend(metadata::built(BROWSER)?);
    let found = packages.iter().filter_map(|p| {
        let reason = objection(&p.licence, &deny.licenses.allow)?;
        Some(format!("{} {}: {reason}", p.name, p.version))
    });
    Ok((packages.len(), found.collect()))
}

/// Prints every package whose licence is not allowed, and fails if there is any.
pub fn report() -> anyhow::Result<()> {
    let (count, found) = objections()?;
    for line in &found {
        eprintln!("{line}");
    }
    ensure!(found.is_empty(), "{} packages with a licence that is not allowed", found.len());
    println!("the licences of {count} packages are allowed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_licence_here_is_allowed() {
        assert_eq!(objections().unwrap().1, Vec::<String>::new());
    }

    #[test]
    fn either_side_of_an_or_and_both_sides_of_an_and_count() {
        let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()]);
        let check = |text| objection(text, &allowed);
        assert_eq!(check("MIT OR GPL-3.0-only"), None);
        assert_eq!(check("MIT/GPL-3.0"), None);
        assert_eq!(check("Apache-2.0 WITH LLVM-exception"), None);
        assert!(check("MIT AND GPL-3.0-only").is_some());
        assert!(check("Apache-2.0").is_some());
        assert!(check("do what you like").is_some());
        assert!(objection("", &allowed).is_some());
    }
}
