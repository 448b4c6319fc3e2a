//! Files from the wild.

use samples::structure::{
    BondOrder, Composition, Crystal, Share,
    bonds::perceive_crystal,
    formats::{StructureFormat, read},
    symmetry::Symmetry,
};

use super::{crystal, molecule};

macro_rules! sample {
    ($name:literal) => {
        read($name, include_bytes!(concat!("../structures/", $name))).unwrap()
    };
}

fn formula(crystal: &Crystal) -> String {
    Composition::of(crystal.elements()).to_string()
}

#[test]
fn poscar_of_a_perovskite() {
    let file = sample!("BaTiO3-tetragonal.poscar");
    assert_eq!(formula(crystal(&file)), "BaTiO3");
    assert!((crystal(&file).lattice().lengths()[2] - 4.215744).abs() < 1e-12);
    assert_eq!(Symmetry::of(crystal(&file), 0.01).unwrap().number, 99);
    assert_eq!(file.trajectory.frames[0].label, "Ba1 Ti1 O3");
}

#[test]
fn cif_by_pymatgen() {
    let file = sample!("TiO2.cif");
    assert_eq!(formula(crystal(&file)), "Ti2O4");
    assert!(file.notes.is_empty(), "{:?}", file.notes);
    assert_eq!(Symmetry::of(crystal(&file), 0.01).unwrap().number, 136);
    // Every titanium has six oxygens, every oxygen three titaniums.
    assert_eq!(perceive_crystal(crystal(&file)).unwrap().len(), 12);
}

#[test]
fn cif_with_operations_and_shared_sites() {
    let file = sample!("Li10GeP2S12.cif");
    let crystal = crystal(&file);
    // Sixteen operations on nine sites of P4₂/nmc: 16 + 4 + 8 Li, 4 Ge/P, 2 P, 8 + 8 + 8 S.
    assert_eq!(formula(crystal), "Li28Ge4P2S24");
    assert!((crystal.lattice().lengths()[0] - 8.69407).abs() < 1e-9);
    assert!(file.notes.iter().any(|note| note.contains("Ge (0.515) and P (0.485)")), "{:?}", file.notes);
    // Of the sixteen, eight and four that are not full: what the whole cell holds.
    assert_eq!(crystal.mixed_sites().len(), 28);
    let held = |symbol: &str| {
        let of = |(_, share): (usize, Share)| if share.element.symbol() == symbol { share.occupancy } else { 0.0 };
        crystal.occupants().map(of).sum::<f64>()
    };
    for (symbol, amount) in [("Li", 16.0 * 0.691 + 4.0 + 8.0 * 0.643), ("Ge", 4.0 * 0.515), ("P", 4.0 * 0.485 + 2.0)] {
        assert!((held(symbol) - amount).abs() < 1e-9, "{symbol}: {}", held(symbol));
    }
    assert_eq!(Symmetry::of(crystal, 0.01).unwrap().number, 137);
}

#[test]
fn cif_in_p1() {
    let file = sample!("LiFePO4.cif");
    assert_eq!(formula(crystal(&file)), "Li4Fe4P4O16");
    // The angle of 89.5° takes a generous tolerance.
    assert_eq!(Symmetry::of(crystal(&file), 0.2).unwrap().number, 62);
}

#[test]
fn cif_with_text_fields_and_a_group_by_name() {
    let file = sample!("PF-sd-1601634.cif");
    assert_eq!(file.trajectory.frames.len(), 1);
    // C2/m: O1 8j, O/OH 4i ×3, As 4i, Zn/Fe/Pb 4f, Pb 2a.
    assert_eq!(formula(crystal(&file)), "Zn4Pb2As4O20");
    assert!(file.notes.iter().any(|note| note.contains("C 1 2/m 1 (no. 12")), "{:?}", file.notes);
    assert!(file.notes.iter().any(|note| note.contains("`OH2` are shown as O")), "{:?}", file.notes);
}

#[test]
fn cif_of_quartz_by_group_name() {
    let file = sample!("quartz-alpha.cif");
    // The coordinates are for another origin than the tables', so silicon is in the general position: pymatgen reads
    // 6 Si and 12 O as well. The note says whose operations were applied.
    assert_eq!(formula(crystal(&file)), "Si6O12");
    assert!(file.notes.iter().any(|note| note.contains("P 3_1 2 1 (no. 152)")), "{:?}", file.notes);
}

#[test]
fn extended_xyz_of_quartz() {
    let file = sample!("quartz.extxyz");
    assert_eq!((formula(crystal(&file)).as_str(), file.format), ("Si2O4", StructureFormat::ExtendedXyz));
    assert!((crystal(&file).lattice().angles()[2] - 120.0).abs() < 0.01);
}

#[test]
fn xyz_of_cyclohexane() {
    let file = sample!("cyclohexane.xyz");
    assert_eq!(Composition::of(molecule(&file).elements()).hill_formula(), "C6H12");
    assert_eq!(molecule(&file).positions()[0], [-1.6468, 0.0439, -0.42]);
}

#[test]
fn pdb_of_a_molecule() {
    let file = sample!("glycine.pdb");
    let bonds: Vec<[u32; 2]> = molecule(&file).bonds().iter().map(|bond| bond.atoms).collect();
    assert_eq!(bonds, [[0, 1], [1, 2], [2, 3], [2, 4]]);
    assert_eq!(Composition::of(molecule(&file).elements()).hill_formula(), "C2NO2");
}

#[test]
fn pdb_of_a_crystal() {
    let file = sample!("NaCl-rocksalt.pdb");
    assert_eq!(formula(crystal(&file)), "Na4Cl4");
    assert_eq!(Symmetry::of(crystal(&file), 0.01).unwrap().number, 225);
    // Six neighbours each.
    assert_eq!(perceive_crystal(crystal(&file)).unwrap().len(), 24);
}

#[test]
fn mol2_of_benzene() {
    let file = sample!("benzene.mol2");
    let bonds = molecule(&file).bonds();
    assert_eq!(bonds.iter().filter(|bond| bond.order == BondOrder::Aromatic).count(), 6);
    assert_eq!((bonds.len(), file.trajectory.frames[0].label.as_str()), (12, "benzene"));
}
