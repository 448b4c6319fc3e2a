//! Writing a crystal as CIF, space group P 1: every atom of the cell, of shared sites every share.

use std::{collections::HashMap, fmt::Write};

use super::{FORMAT, FormatError};
use crate::structure::{Composition, Element, Structure};

/// The cell is written as lengths and angles, so its orientation in space is not kept.
pub(crate) fn write(structure: &Structure) -> Result<Vec<u8>, FormatError> {
    let Structure::Crystal(crystal) = structure else {
        return Err(FormatError::CannotCarry { format: FORMAT, what: "a molecule, which has no cell".to_owned() });
    };
    if crystal.elements().is_empty() {
        return Err(FormatError::CannotCarry { format: FORMAT, what: "a cell without atoms".to_owned() });
    }
    let composition = Composition::of(crystal.elements());
    let (reduced, units) = composition.reduced();
    let sum: Vec<String> = composition.counts().iter().map(|(element, n)| format!("{element}{n}")).collect();
    let lattice = crystal.lattice();
    let mut out = format!("data_{reduced}\n_chemical_formula_structural {reduced}\n");
    // A String takes whatever is written to it.
    let _ = writeln!(out, "_chemical_formula_sum '{}'", sum.join(" "));
    for (name, length) in ["a", "b", "c"].iter().zip(lattice.lengths()) {
        let _ = writeln!(out, "_cell_length_{name} {length:.10}");
    }
    for (name, angle) in ["alpha", "beta", "gamma"].iter().zip(lattice.angles()) {
        let _ = writeln!(out, "_cell_angle_{name} {angle:.10}");
    }
    let _ = writeln!(out, "_cell_volume {:.8}\n_cell_formula_units_Z {units}", lattice.volume());
    out.push_str(
        "_symmetry_space_group_name_H-M 'P 1'\n_symmetry_Int_Tables_number 1\n\
         loop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 'x, y, z'\n\
         loop_\n_atom_site_type_symbol\n_atom_site_label\n_atom_site_symmetry_multiplicity\n\
         _atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_occupancy\n",
    );
    let mut seen: HashMap<Element, usize> = HashMap::new();
    for (atom, share) in crystal.occupants() {
        let (element, occupancy) = (share.element, share.occupancy);
        let [x, y, z] = crystal.fractional_coordinates()[atom];
        let number = seen.entry(element).or_insert(0);
        *number += 1;
        let _ = writeln!(out, "{element} {element}{number} 1 {x:.12} {y:.12} {z:.12} {occupancy}");
    }
    Ok(out.into_bytes())
}
