//! Writing PDB files: HETATM records, every bond by CONECT, a model per structure.

use std::{collections::HashSet, fmt::Write};

use super::{FormatError, StructureFormat, orientation::a_along_x, pdb::fits, text::one_line};
use crate::structure::{Bond, BondOrder, Crystal, Structure, bonds::listed_or_perceived};

/// What five columns can count.
const MAX_SERIAL: usize = 99_999;

fn cannot(what: String) -> FormatError {
    FormatError::CannotCarry { format: StructureFormat::Pdb, what }
}

/// Crystals are turned so that a lies along x and b in the xy plane, as the format wants. Several structures must have
/// the same cell and the same listed bonds: the format has room for one of each.
pub(super) fn write<'a>(frames: impl Iterator<Item = (&'a Structure, &'a str)>) -> Result<Vec<u8>, FormatError> {
    let frames: Vec<(&Structure, &str)> = frames.collect();
    let (&(first, label), others) = frames.split_first().ok_or(FormatError::Nothing(StructureFormat::Pdb))?;
    if others.iter().any(|(other, _)| shared(first) != shared(other)) {
        return Err(cannot("structures whose cells or bonds differ".to_owned()));
    }
    let mut out = String::new();
    let label = one_line(label, 70);
    if label.is_ascii() && !label.trim().is_empty() {
        // A String takes whatever is written to it.
        let _ = writeln!(out, "TITLE     {label}");
    }
    if let Structure::Crystal(crystal) = first {
        write_cell(&mut out, crystal)?;
    }
    for (number, (structure, _)) in (1..).zip(&frames) {
        if others.is_empty() {
            write_atoms(&mut out, structure)?;
        } else {
            let _ = writeln!(out, "MODEL     {number:4}");
            write_atoms(&mut out, structure)?;
            out.push_str("ENDMDL\n");
        }
    }
    write_bonds(&mut out, &common_bonds(first, others))?;
    out.push_str("END\n");
    Ok(out.into_bytes())
}

/// The cell and the listed bonds, which are the same in all models.
fn shared(structure: &Structure) -> (Option<[[f64; 3]; 3]>, &[Bond]) {
    match structure {
        Structure::Crystal(crystal) => (Some(*crystal.lattice().rows()), &[]),
        Structure::Molecule(molecule) => (None, molecule.bonds()),
    }
}

/// The bonds of all models. Those found by distance may come and go: only the ones that every model has are written.
fn common_bonds(first: &Structure, others: &[(&Structure, &str)]) -> Vec<Bond> {
    // Atoms in a heap, as early steps of a sampling are, have none.
    let bonds_of = |structure: &Structure| match structure {
        Structure::Molecule(molecule) => listed_or_perceived(molecule).unwrap_or_default().into_owned(),
        Structure::Crystal(_) => Vec::new(),
    };
    let (_, listed) = shared(first);
    if !listed.is_empty() {
        return listed.to_vec();
    }
    let mut bonds = bonds_of(first);
    for &(other, _) in others {
        if bonds.is_empty() {
            break;
        }
        let theirs: HashSet<[u32; 2]> = bonds_of(other).iter().map(|bond| bond.atoms).collect();
        bonds.retain(|bond| theirs.contains(&bond.atoms));
    }
    bonds
}

fn write_cell(out: &mut String, crystal: &Crystal) -> Result<(), FormatError> {
    out.push_str("CRYST1");
    let lattice = crystal.lattice();
    let lengths = lattice.lengths().map(|length| (format!("{length:9.3}"), 9));
    let angles = lattice.angles().map(|angle| (format!("{angle:7.2}"), 7));
    for (field, width) in lengths.into_iter().chain(angles) {
        if !fits(&field, width) {
            return Err(cannot(format!("{} in {width} columns of the cell", field.trim())));
        }
        out.push_str(&field);
    }
    let _ = writeln!(out, " P 1           1");
    Ok(())
}

fn write_atoms(out: &mut String, structure: &Structure) -> Result<(), FormatError> {
    let (positions, charges) = match structure {
        Structure::Crystal(crystal) => {
            let lattice = a_along_x(crystal.lattice().lengths(), crystal.lattice().angles())
                .map_err(|error| cannot(format!("the cell: {error}")))?;
            let coordinates = crystal.fractional_coordinates();
            (&coordinates.iter().map(|&f| lattice.to_cartesian(f)).collect::<Vec<_>>()[..], &[][..])
        }
        Structure::Molecule(molecule) => (molecule.positions(), molecule.charges()),
    };
    if positions.len() > MAX_SERIAL {
        return Err(cannot(format!("{} atoms; it numbers up to {MAX_SERIAL}", positions.len())));
    }
    for (atom, (element, [x, y, z])) in structure.elements().iter().zip(positions).enumerate() {
        let coordinates = [x, y, z].map(|x| format!("{x:8.3}"));
        if let Some(field) = coordinates.iter().find(|field| !fits(field, 8)) {
            return Err(cannot(format!("the coordinate {} Å in eight columns", field.trim())));
        }
        let charge = match charges.get(atom).copied().unwrap_or(0) {
            0 => "  ".to_owned(),
            charge @ 1..=9 => format!("{charge}+"),
            charge @ -9..=-1 => format!("{}-", -charge),
            charge => return Err(cannot(format!("the charge {charge} of atom {}", atom + 1))),
        };
        let symbol = element.symbol().to_ascii_uppercase();
        // The element is right-aligned in the first two columns of the name.
        let name = format!("{symbol:>2}");
        let _ = writeln!(
            out,
            "HETATM{:5} {name:<4} UNL A   1    {}  1.00  0.00          {symbol:>2}{charge}",
            atom + 1,
            coordinates.concat(),
        );
    }
    Ok(())
}

/// From both sides, four to a line, as often as the order says. Aromatic bonds have no place in the format.
fn write_bonds(out: &mut String, bonds: &[Bond]) -> Result<(), FormatError> {
    if bonds.iter().any(|bond| bond.order == BondOrder::Aromatic) {
        return Err(cannot("aromatic bonds; single and double ones in turn it does".to_owned()));
    }
    let mut seen = HashSet::new();
    let mut partners: Vec<(u32, u32)> = Vec::new();
    for bond in bonds {
        let [i, j] = bond.atoms;
        if !seen.insert([i.min(j), i.max(j)]) {
            return Err(cannot(format!("two bonds between atoms {} and {}", i + 1, j + 1)));
        }
        let times = match bond.order {
            BondOrder::Single | BondOrder::Aromatic => 1,
            BondOrder::Double => 2,
            BondOrder::Triple => 3,
        };
        for _ in 0..times {
            partners.extend([(i, j), (j, i)]);
        }
    }
    partners.sort_unstable();
    for of_atom in partners.chunk_by(|a, b| a.0 == b.0) {
        for line in of_atom.chunks(4) {
            let _ = write!(out, "CONECT{:5}", line[0].0 + 1);
            for (_, partner) in line {
                let _ = write!(out, "{:5}", partner + 1);
            }
            out.push('\n');
        }
    }
    Ok(())
}
