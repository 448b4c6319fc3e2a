//! Which element an atom of a MOL2 file is.
//!
//! SYBYL's types begin with the element: `C.3`, `Cl`, `Ca`. Force fields have types of their own, in which `ca` and `CA`
//! are carbons of a ring; beside them, only the atom's name tells the element.

use super::text::element_of_label;
use crate::structure::Element;

/// Whether a type marks what is no atom: a dummy, a lone pair, or a place for any of several elements.
pub(super) fn is_placeholder(kind: &str) -> bool {
    let symbol = symbol(kind);
    // Force fields write the first two as well, in either case.
    ["Du", "LP"].iter().any(|placeholder| symbol.eq_ignore_ascii_case(placeholder))
        || matches!(symbol, "Any" | "Hal" | "Het" | "Hev")
}

/// The element of an atom of this type and name.
pub(super) fn element(kind: &str, name: &str) -> Option<Element> {
    let symbol = symbol(kind);
    as_sybyl_writes(symbol)
        .or_else(|| halogen(symbol))
        .or_else(|| metal(symbol, name))
        .or_else(|| element_of_label(name))
        .or_else(|| symbol.get(..1)?.parse().ok())
}

/// What a type says before its geometry.
fn symbol(kind: &str) -> &str {
    kind.split_once('.').map_or(kind, |(symbol, _)| symbol)
}

/// A capital, perhaps with a small letter; AMBER's ions, such as `Na+` and `Ca2+`, have their charge behind.
fn as_sybyl_writes(symbol: &str) -> Option<Element> {
    let ion = symbol.strip_suffix(['+', '-']).map(|ion| ion.trim_end_matches(|c: char| c.is_ascii_digit()));
    let symbol = ion.unwrap_or(symbol);
    match symbol.as_bytes() {
        [b'A'..=b'Z'] | [b'A'..=b'Z', b'a'..=b'z'] => symbol.parse().ok(),
        _ => None,
    }
}

/// A type in capitals that the atom's name repeats, such as `FE` of `FE1`, unless it begins like a type or a name of what
/// organic molecules are made of: `CA`, `NA`, `OS`.
fn metal(symbol: &str, name: &str) -> Option<Element> {
    let letters = name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let is_metal = symbol.len() == 2 && symbol == letters && !symbol.starts_with(['C', 'H', 'N', 'O']);
    symbol.parse().ok().filter(|_| is_metal || (symbol == letters && matches!(symbol, "CU" | "CR" | "NI")))
}

/// Chlorine and bromine: no force field has carbons or borons of types that begin like them.
fn halogen(symbol: &str) -> Option<Element> {
    let letters = symbol.get(..2)?;
    ["Cl", "Br"].iter().find(|halogen| letters.eq_ignore_ascii_case(halogen))?.parse().ok()
}
