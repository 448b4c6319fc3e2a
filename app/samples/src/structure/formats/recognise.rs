//! Which format a file is in.

use super::{
    StructureFormat,
    text::{Lines, finite},
};

/// Lines that are looked at.
const LINES: usize = 200;

/// The format of a file: by content where that leaves no doubt, then by name, then by what the content looks like.
pub(super) fn recognise(name: &str, text: &str) -> Option<StructureFormat> {
    let lines = first_lines(text);
    let named = by_name(name);
    // The comment of a POSCAR may hold anything, such as `data_` or `V2000`.
    if named == Some(StructureFormat::Poscar) && has_scale(&lines) {
        return named;
    }
    unmistakable(&lines).or(named).or_else(|| plausible(&lines))
}

/// Whether the second line begins with a number, as a POSCAR's must.
fn has_scale(lines: &[&str]) -> bool {
    lines.get(1).and_then(|line| line.split_whitespace().next()).is_some_and(|field| finite(field).is_some())
}

fn first_lines(text: &str) -> Vec<&str> {
    let mut reader = Lines::new(StructureFormat::Xyz, text);
    std::iter::from_fn(|| reader.next().ok().flatten()).take(LINES).collect()
}

/// Words that only one format has.
fn unmistakable(lines: &[&str]) -> Option<StructureFormat> {
    let content = lines.iter().map(|line| line.trim()).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    if content.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data_")) {
        return Some(StructureFormat::Cif);
    }
    if lines.iter().any(|line| line.starts_with("@<TRIPOS>")) {
        return Some(StructureFormat::Mol2);
    }
    let is_version = |line: &&str| line.contains("V2000") || line.contains("V3000");
    lines.get(3).is_some_and(is_version).then_some(StructureFormat::Sdf)
}

fn by_name(name: &str) -> Option<StructureFormat> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let format = match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "cif" | "mcif" | "mmcif" => StructureFormat::Cif,
        "vasp" | "poscar" | "contcar" => StructureFormat::Poscar,
        "xyz" => StructureFormat::Xyz,
        "extxyz" | "exyz" => StructureFormat::ExtendedXyz,
        "sdf" | "sd" | "mol" | "mdl" => StructureFormat::Sdf,
        "pdb" | "ent" => StructureFormat::Pdb,
        "mol2" => StructureFormat::Mol2,
        "glb" | "gltf" => StructureFormat::Gltf,
        _ if file.starts_with("poscar") || file.starts_with("contcar") => StructureFormat::Poscar,
        _ => return None,
    };
    Some(format)
}

fn plausible(lines: &[&str]) -> Option<StructureFormat> {
    const PDB_RECORDS: [&str; 6] = ["ATOM  ", "HETATM", "CRYST1", "HEADER", "COMPND", "MODEL "];
    if lines.iter().any(|line| PDB_RECORDS.iter().any(|record| line.starts_with(record))) {
        return Some(StructureFormat::Pdb);
    }
    let fields = |line: &&str| line.split_whitespace().filter(|field| finite(field).is_some()).count();
    if lines.first().is_some_and(|line| line.trim().parse::<usize>().is_ok()) {
        return Some(StructureFormat::Xyz);
    }
    let is_cell = lines.len() > 5 && fields(&lines[1]) == 1 && lines[2..5].iter().all(|line| fields(line) == 3);
    is_cell.then_some(StructureFormat::Poscar)
}
