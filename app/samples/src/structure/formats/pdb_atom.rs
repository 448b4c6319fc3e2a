//! What the columns of an ATOM or HETATM record say, in the format and in the habits of programs.

use super::{
    FormatError,
    locations::AtomName,
    text::{Lines, element_of_label},
};
use crate::structure::Element;

/// Amino acids as the format and as simulations name them, by protonation, and caps. The element of their atoms is the
/// first letter of the name.
const AMINO_ACIDS: [&str; 38] = [
    "ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE", "PRO", "SER",
    "THR", "TRP", "TYR", "VAL", "MSE", "SEC", "PYL", "ASH", "ASX", "CYM", "CYX", "GLH", "GLX", "HID", "HIE", "HIP",
    "HSD", "HSE", "HSP", "LYN", "ACE", "NME",
];

/// Residues that are a water molecule, by the first three letters: `TIP3` and `SPCE` take a fourth column.
const WATERS: [&str; 13] = ["HOH", "WAT", "SOL", "H2O", "DOD", "TIP", "SPC", "OPC", "TP3", "TP4", "TP5", "T3P", "T4P"];

/// Ions whose residue and atom CHARMM does not call by the symbol.
const IONS: [(&str, &str); 9] = [
    ("SOD", "Na"),
    ("POT", "K"),
    ("CLA", "Cl"),
    ("CAL", "Ca"),
    ("CES", "Cs"),
    ("LIT", "Li"),
    ("RUB", "Rb"),
    ("BAR", "Ba"),
    ("CAD", "Cd"),
];

/// Elements of two letters that names of three or four capitals begin with, and that no name of a carbon, nitrogen or
/// oxygen begins like.
const NUMBERED: [&str; 38] = [
    "AG", "AL", "AS", "AU", "BA", "BE", "BI", "BR", "CL", "CR", "CU", "FE", "GA", "GE", "IR", "LI", "LU", "MG", "MN",
    "MO", "NI", "PB", "PD", "PT", "RB", "RE", "RH", "RU", "SB", "SE", "SI", "SM", "SN", "SR", "TI", "TL", "ZN", "ZR",
];

/// Columns `start..end` of an ASCII line without the spaces around, as far as the line goes.
pub(super) fn columns(line: &str, start: usize, end: usize) -> &str {
    line.get(start..end.min(line.len())).unwrap_or("").trim()
}

/// What the columns 13–16 and 18–27 call an atom.
pub(super) fn atom_name(line: &str) -> AtomName<'_> {
    AtomName {
        residue: [(21, 22), (22, 26), (26, 27)].map(|(start, end)| columns(line, start, end)),
        residue_name: columns(line, 17, 20),
        atom: columns(line, 12, 16),
    }
}

/// The number in five columns: up to 99 999 decimal, beyond that hybrid-36 (Grosse-Kunstleve et al., cctbx), where
/// `A0000` is 100 000 and `a0000` comes after `ZZZZZ`. `None` for anything else, such as the `*****` of programs that
/// cannot count further.
pub(super) fn serial_number(field: &str) -> Option<u32> {
    /// `A0000` in base 36.
    const FIRST: u32 = 10 * 36_u32.pow(4);
    /// From `A0000` to `ZZZZZ`.
    const CAPITALS: u32 = 26 * 36_u32.pow(4);
    let has_capitals = field.bytes().any(|byte| byte.is_ascii_uppercase());
    let has_small = field.bytes().any(|byte| byte.is_ascii_lowercase());
    let before = match field.as_bytes() {
        [b'A'..=b'Z', ..] if !has_small => 100_000,
        [b'a'..=b'z', ..] if !has_capitals => 100_000 + CAPITALS,
        _ => return field.parse().ok(),
    };
    let number = u32::from_str_radix(field, 36).ok().filter(|_| field.len() == 5)?;
    Some(number - FIRST + before)
}

/// Whether this is a site of a water model where no atom is: TIP4P's charge, the lone pairs of TIP5P.
pub(super) fn is_virtual_site(line: &str) -> bool {
    let name = columns(line, 12, 16).trim_end_matches(|c: char| c.is_ascii_digit());
    matches!(name, "M" | "MW" | "OM" | "EP" | "EPW" | "LP")
        && WATERS.contains(&columns(line, 17, 20))
        && columns(line, 76, 78).parse::<Element>().is_err()
}

/// From columns 77–78; where they give none, from the name in columns 13–16.
pub(super) fn element(lines: &Lines<'_>, line: &str, is_polymer: bool) -> Result<Element, FormatError> {
    let symbol = columns(line, 76, 78);
    if !symbol.is_empty() && !is_numbered(line) {
        return lines.element(symbol);
    }
    let name = line.get(12..16.min(line.len())).unwrap_or("");
    element_of_name(name, columns(line, 17, 20), is_polymer)
        .ok_or_else(|| lines.error(format!("neither columns 77–78 nor the name `{}` give an element", name.trim())))
}

/// Columns 79–80: `2+`, `1-`; anything else is no charge.
pub(super) fn charge(line: &str) -> i8 {
    match columns(line, 78, 80).as_bytes() {
        _ if is_numbered(line) => 0,
        [digit @ b'0'..=b'9', b'+'] | [b'+', digit @ b'0'..=b'9'] => (digit - b'0') as i8,
        [digit @ b'0'..=b'9', b'-'] | [b'-', digit @ b'0'..=b'9'] => -((digit - b'0') as i8),
        _ => 0,
    }
}

/// Whether columns 73–80 hold the file's code and the number of the line, as before 1996: `1CRN 100`. The number reaches
/// the element's columns at 100.
fn is_numbered(line: &str) -> bool {
    columns(line, 76, 78).bytes().any(|byte| byte.is_ascii_digit())
}

/// The element of an atom by its name in four columns: the first two hold the symbol, right-aligned, so that ` CA ` is a
/// carbon and `CA  ` a calcium.
fn element_of_name(name: &str, residue: &str, is_polymer: bool) -> Option<Element> {
    let label = name.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).trim_end();
    if is_polymer && (AMINO_ACIDS.contains(&residue) || is_nucleotide(residue)) {
        // Programs that begin all names in the first column: `CA  ` is no calcium here.
        let is_selenium = matches!(residue, "MSE" | "SEC") && label.starts_with("SE");
        let symbol = if is_selenium { "SE" } else { label.get(..1)? };
        if let Ok(element) = symbol.parse() {
            return Some(element);
        }
    }
    if let Some(ion) = ion(label, residue) {
        return Some(ion);
    }
    match name.as_bytes() {
        // `HG11` has no column left for a space, and programs that begin all names in the first column write `HO2 `.
        [b'H', b'A'..=b'Z', rest @ ..] if rest.iter().any(|&byte| byte.is_ascii_alphanumeric() || byte == b'\'') => {
            "H".parse().ok()
        }
        [a, b, third, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            // ` CD1` and the like begin in the first column in the files of many programs, and always do as `CD12`.
            let is_symbol = b.is_ascii_lowercase() || *third == b' ' || NUMBERED.contains(&&name[..2]);
            name[..2].parse().ok().filter(|_| is_symbol).or_else(|| element_of_label(label))
        }
        _ => element_of_label(label),
    }
}

/// `A`, `DA`, `RA`, `DA5` at the start of a chain, `ADE`.
fn is_nucleotide(residue: &str) -> bool {
    let base = residue.strip_suffix(['3', '5']).unwrap_or(residue);
    let base = base.strip_prefix(['D', 'R']).unwrap_or(base);
    matches!(base, "A" | "C" | "G" | "I" | "T" | "U" | "ADE" | "CYT" | "GUA" | "THY" | "URA")
}

/// An ion alone in its residue, wherever its name begins: ` NA ` in `NA+`, ` SOD` in `SOD`.
fn ion(label: &str, residue: &str) -> Option<Element> {
    let [name, of_residue] = [label, residue].map(|text| text.trim_end_matches(|c: char| !c.is_ascii_alphabetic()));
    if !name.eq_ignore_ascii_case(of_residue) {
        return None;
    }
    let symbol = IONS.iter().find(|(charmm, _)| *charmm == name).map_or(name, |(_, symbol)| symbol);
    symbol.parse().ok()
}
