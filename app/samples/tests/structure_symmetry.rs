//! Lattice reduction and space groups against pymatgen and spglib.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use proptest::prelude::*;
use samples::structure::{
    Crystal, Element, Lattice,
    symmetry::{CrystalSystem, Symmetry, SymmetryError},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    niggli: Vec<NiggliCase>,
    crystals: Vec<CrystalCase>,
}

#[derive(Deserialize)]
struct NiggliCase {
    rows: [[f64; 3]; 3],
    abc: [f64; 3],
    angles: [f64; 3],
}

#[derive(Deserialize)]
struct CrystalCase {
    id: String,
    rows: [[f64; 3]; 3],
    elements: Vec<Element>,
    fractional: Vec<[f64; 3]>,
    number: u8,
    pearson: String,
    operations: usize,
    density: f64,
}

impl CrystalCase {
    fn crystal(&self) -> Crystal {
        Crystal::new(Lattice::new(self.rows).unwrap(), self.elements.clone(), self.fractional.clone()).unwrap()
    }
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("structures/symmetry.json")).unwrap()
}

fn close(a: [f64; 3], b: [f64; 3], tolerance: f64) -> bool {
    a.iter().zip(&b).all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn niggli_cells_are_pymatgens() {
    for case in reference().niggli {
        let lattice = Lattice::new(case.rows).unwrap();
        let reduced = lattice.niggli_reduced().unwrap();
        assert!(close(reduced.lattice.lengths(), case.abc, 1e-5), "{:?} {:?}", reduced.lattice.lengths(), case.abc);
        assert!(close(reduced.lattice.angles(), case.angles, 1e-4), "{:?} {:?}", reduced.lattice.angles(), case.angles);
        assert!((reduced.lattice.volume() / lattice.volume() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn space_groups_are_spglibs() {
    // Side-centred cells are `S` in Pearson symbols since 1985; pymatgen writes the face.
    let side_centred = |pearson: &str| pearson.replace(['A', 'B', 'C'], "S");
    for case in reference().crystals {
        let symmetry = Symmetry::of(&case.crystal(), 1e-2).unwrap();
        assert_eq!(
            (symmetry.number, side_centred(&symmetry.pearson), symmetry.operations),
            (case.number, side_centred(&case.pearson), case.operations),
            "{}",
            case.id
        );
    }
}

#[test]
fn densities_are_pymatgens() {
    // Of polonium, which has no standard mass, they take another isotope.
    for case in reference().crystals.into_iter().filter(|case| case.id != "Po") {
        let density = case.crystal().density();
        // Their atomic masses and ours are rounded differently.
        assert!((density / case.density - 1.0).abs() < 2e-4, "{}: {density} against {}", case.id, case.density);
    }
}

fn strontium_titanate() -> Crystal {
    let elements = ["Sr", "Ti", "O", "O", "O"].map(|symbol| symbol.parse().unwrap()).to_vec();
    let coordinates = vec![[0.0; 3], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
    let lattice = Lattice::new([[3.905, 0.0, 0.0], [0.0, 3.905, 0.0], [0.0, 0.0, 3.905]]).unwrap();
    Crystal::new(lattice, elements, coordinates).unwrap()
}

#[test]
fn a_perovskite_and_its_supercell_have_one_symmetry() {
    let unit = strontium_titanate();
    let symmetry = Symmetry::of(&unit, 0.1).unwrap();
    assert_eq!((symmetry.number, symmetry.hermann_mauguin.as_str()), (221, "P m -3 m"));
    assert_eq!(symmetry.crystal_system(), CrystalSystem::Cubic);
    assert_eq!(symmetry.orbits, [0, 1, 2, 2, 2]);
    let supercell = unit.supercell([2, 1, 3]).unwrap();
    assert_eq!(supercell.elements().len(), 30);
    assert!((supercell.density() - unit.density()).abs() < 1e-9);
    let of_supercell = Symmetry::of(&supercell, 0.1).unwrap();
    assert_eq!(of_supercell.number, 221);
    assert_eq!(of_supercell.primitive.elements().len(), 5);
    assert!((of_supercell.conventional.lattice().lengths()[2] - 3.905).abs() < 1e-9);
}

#[test]
fn a_supercell_repeats_positions() {
    let unit = strontium_titanate();
    let supercell = unit.supercell([1, 2, 2]).unwrap();
    let lattice = unit.lattice();
    for (copy, shift) in [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]].into_iter().enumerate() {
        for (atom, f) in unit.fractional_coordinates().iter().enumerate() {
            let expected = lattice.to_cartesian([f[0] + shift[0], f[1] + shift[1], f[2] + shift[2]]);
            assert!(close(supercell.positions()[copy * 5 + atom], expected, 1e-9));
        }
    }
}

#[test]
fn impossible_requests_are_refused() {
    let unit = strontium_titanate();
    assert!(unit.supercell([0, 1, 1]).is_err());
    assert!(unit.supercell([usize::MAX, 2, 2]).is_err());
    assert!(unit.supercell([1000, 1000, 1000]).is_err());
    assert!(Crystal::new(*unit.lattice(), vec![], vec![]).unwrap().supercell([1 << 40, 1, 1]).is_err());
    assert_eq!(Symmetry::of(&unit, f64::NAN), Err(SymmetryError::Tolerance));
    let empty = Crystal::new(*unit.lattice(), vec![], vec![]).unwrap();
    assert_eq!(Symmetry::of(&empty, 0.1), Err(SymmetryError::NoAtoms));
    let doubled = Crystal::new(*unit.lattice(), unit.elements()[..1].repeat(2), vec![[0.0; 3]; 2]).unwrap();
    assert_eq!(Symmetry::of(&doubled, 0.1), Err(SymmetryError::Cell));
}

fn any_lattice() -> impl Strategy<Value = Lattice> {
    let entry = prop_oneof![-8.0..8.0_f64, -1e4..1e4_f64, Just(0.0), -0.1..0.1_f64];
    prop::array::uniform3(prop::array::uniform3(entry)).prop_filter_map("degenerate", |rows| Lattice::new(rows).ok())
}

proptest! {
    /// A reduction keeps the lattice, and reducing again changes nothing.
    #[test]
    fn niggli_reduction_is_idempotent(lattice in any_lattice(), f in prop::array::uniform3(-2.0..2.0_f64)) {
        let reduced = lattice.niggli_reduced();
        // What is too oblique for double precision is refused, not mangled.
        let Ok(reduced) = reduced else { return Ok(()) };
        let [a, b, c] = reduced.lattice.lengths();
        prop_assert!(a <= b + 1e-4 && b <= c + 1e-4);
        let scale = lattice.lengths().into_iter().fold(1.0, f64::max);
        let (before, after) = (lattice.to_cartesian(f), reduced.lattice.to_cartesian(reduced.to_reduced(f)));
        prop_assert!(close(before, after, 1e-6 * scale), "{before:?} {after:?}");
        let again = reduced.lattice.niggli_reduced().unwrap();
        prop_assert!(close(again.lattice.lengths(), [a, b, c], 1e-6));
    }

    /// A supercell, a little disturbed and in another cell, has the symmetry of its crystal.
    #[test]
    fn symmetry_survives_another_cell(
        case in 0..20_usize,
        repeats in prop::array::uniform3(1..3_usize),
        noise in prop::collection::vec(prop::array::uniform3(-1e-5..1e-5_f64), 200),
        shift in prop::array::uniform3(0.0..1.0_f64),
    ) {
        let case = &reference().crystals[case];
        let supercell = case.crystal().supercell(repeats).unwrap();
        let coordinates = supercell.fractional_coordinates().iter().zip(noise.iter().cycle());
        let coordinates = coordinates.map(|(f, n)| std::array::from_fn(|k| f[k] + n[k] + shift[k])).collect();
        let moved = Crystal::new(*supercell.lattice(), supercell.elements().to_vec(), coordinates).unwrap();
        let symmetry = Symmetry::of(&moved.niggli_reduced().unwrap(), 0.01).unwrap();
        prop_assert_eq!(symmetry.number, case.number, "{} {:?}", case.id, repeats);
        let copies: usize = repeats.iter().product();
        let centring = case.operations / Symmetry::of(&case.crystal(), 0.01).unwrap().operations;
        prop_assert_eq!(symmetry.operations, case.operations * copies / centring);
    }

    /// Whatever a model draws, the search answers.
    #[test]
    fn symmetry_search_never_panics(
        lattice in any_lattice(),
        atoms in prop::collection::vec((1..104_u8, prop::array::uniform3(prop_oneof![0.0..1.0_f64, Just(0.0), Just(0.5)])), 0..8),
        tolerance in prop_oneof![Just(0.01), Just(0.1), 1e-6..1.0_f64],
    ) {
        let (elements, coordinates) = atoms.into_iter().map(|(z, f)| (Element::new(z.min(4)).unwrap(), f)).unzip();
        let crystal = Crystal::new(lattice, elements, coordinates).unwrap();
        if let Ok(symmetry) = Symmetry::of(&crystal, tolerance) {
            prop_assert!((1..=230).contains(&symmetry.number));
            prop_assert_eq!(symmetry.orbits.len(), crystal.elements().len());
        }
    }
}
