//! What is written is read back.

use proptest::prelude::*;
use samples::structure::{
    AtomVectors, Bond, BondOrder, Crystal, Element, Frame, Lattice, Molecule, Structure, Trajectory,
    bonds::listed_or_perceived,
    formats::{FormatError, StructureFile, StructureFormat, read},
};

use super::{crystal, molecule};

fn lattice() -> impl Strategy<Value = Lattice> {
    let entry = -12.0..12.0_f64;
    prop::array::uniform3(prop::array::uniform3(entry)).prop_filter_map("flat", |rows| {
        Lattice::new(rows).ok().filter(|lattice| {
            let [a, b, c] = lattice.lengths();
            lattice.volume() > 0.05 * a * b * c
        })
    })
}

fn element() -> impl Strategy<Value = Element> {
    (1..=Element::MAX).prop_map(|z| Element::new(z).unwrap())
}

fn any_crystal() -> impl Strategy<Value = Crystal> {
    let atoms = prop::collection::vec((element(), prop::array::uniform3(0.0..1.0_f64)), 1..20);
    (lattice(), atoms).prop_map(|(lattice, atoms)| {
        let (elements, coordinates) = atoms.into_iter().unzip();
        Crystal::new(lattice, elements, coordinates).unwrap()
    })
}

fn any_molecule(orders: &'static [BondOrder]) -> impl Strategy<Value = Molecule> {
    let atom = (element(), prop::array::uniform3(-90.0..90.0_f64), -4..5_i8);
    prop::collection::vec(atom, 2..30).prop_flat_map(move |atoms| {
        let n = atoms.len() as u32;
        let bonds = prop::collection::btree_map((0..n - 1, 1..n), prop::sample::select(orders), 0..20);
        (Just(atoms), bonds).prop_map(|(atoms, bonds)| {
            let (elements, rest): (Vec<_>, Vec<_>) = atoms.into_iter().map(|(e, p, q)| (e, (p, q))).unzip();
            let (positions, charges): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
            let bonds = bonds.into_iter().filter(|((i, j), _)| i < j);
            let bonds = bonds.map(|((i, j), order)| Bond { atoms: [i, j], order }).collect();
            Molecule::new(elements, positions).unwrap().with_bonds(bonds).unwrap().with_charges(charges).unwrap()
        })
    })
}

/// Largest difference of two lists of vectors; fractional ones differ by less than half a cell.
fn difference(a: &[[f64; 3]], b: &[[f64; 3]], is_fractional: bool) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .flatten()
        .zip(b.iter().flatten())
        .map(|(a, b)| a - b)
        .map(|d| if is_fractional { d - d.round() } else { d })
        .fold(0.0, |max, d| d.abs().max(max))
}

fn there_and_back(format: StructureFormat, structure: &Structure) -> StructureFile {
    let bytes = format.write(structure).unwrap();
    read(&format!("x.{}", format.extension()), &bytes).unwrap()
}

#[test]
fn cif_with_shared_sites() {
    let original = read("x.cif", include_bytes!("../structures/Li10GeP2S12.cif")).expect("reads");
    let back = there_and_back(StructureFormat::Cif, &Structure::Crystal(crystal(&original).clone()));
    assert_eq!(crystal(&back).mixed_sites(), crystal(&original).mixed_sites());
    assert!((crystal(&back).density() - crystal(&original).density()).abs() < 1e-9);
}

/// An oxygen with hydrogens at these distances along x and y, Å; no bonds are listed.
fn water(distances: [f64; 2]) -> Molecule {
    let elements = ["O", "H", "H"].map(|symbol| symbol.parse().unwrap()).to_vec();
    Molecule::new(elements, vec![[0.0; 3], [distances[0], 0.0, 0.0], [0.0, distances[1], 0.0]]).unwrap()
}

#[test]
fn bonds_that_are_not_listed_are_found_for_formats_that_show_them() {
    let single = |atoms| Bond { atoms, order: BondOrder::Single };
    for format in [StructureFormat::Sdf, StructureFormat::Pdb] {
        let file = there_and_back(format, &Structure::Molecule(water([0.96, 0.96])));
        assert_eq!(molecule(&file).bonds(), [single([0, 1]), single([0, 2])], "{format}");
        // Those that are listed are all there are.
        let listed = water([0.96, 0.96]).with_bonds(vec![single([0, 2])]).unwrap();
        let file = there_and_back(format, &Structure::Molecule(listed));
        assert_eq!(molecule(&file).bonds(), [single([0, 2])], "{format}");
        // A heap of atoms has none, and is written all the same.
        let heap = Molecule::new(vec!["H".parse().unwrap(); 500], vec![[0.0; 3]; 500]).unwrap();
        assert!(molecule(&there_and_back(format, &Structure::Molecule(heap))).bonds().is_empty(), "{format}");
    }
}

#[test]
fn extended_xyz_keeps_vectors() {
    let written = |structure: Structure, name: &str, values: Vec<[f32; 3]>| {
        let vectors = Some(AtomVectors { name: name.to_owned(), values });
        let frame = Frame { vectors, ..Frame::new(structure, "a") };
        let trajectory = Trajectory { frames: vec![frame.clone(), Frame::new(frame.structure.clone(), "b"), frame] };
        let bytes = StructureFormat::ExtendedXyz.write_trajectory(&trajectory).unwrap();
        read("x.xyz", &bytes).unwrap().trajectory.frames
    };
    let values = vec![[0.1, -1e-30, 3e38], [f32::MIN_POSITIVE, 0.0, 1.0 / 3.0], [-0.0, 1.0, 123_456.79]];
    let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let elements = water([0.96, 0.96]).elements().to_vec();
    let cell = Crystal::new(lattice, elements, vec![[0.0; 3], [0.3, 0.0, 0.0], [0.0, 0.3, 0.0]]).unwrap();
    for structure in [Structure::Molecule(water([0.96, 0.96])), Structure::Crystal(cell)] {
        for name in ["forces", "magnetic_moments", "Kräfte…"] {
            let vectors = Some(AtomVectors { name: name.to_owned(), values: values.clone() });
            let back = written(structure.clone(), name, values.clone());
            let back: Vec<_> = back.into_iter().map(|frame| frame.vectors).collect();
            assert_eq!(back, [vectors.clone(), None, vectors]);
        }
    }
    // Names that a column cannot have, and lists that are not of these atoms.
    for name in ["", "a b", "a:R:3", "x\"", "pos"] {
        let back = written(Structure::Molecule(water([0.96, 0.96])), name, values.clone());
        assert_eq!(back[0].vectors.as_ref().unwrap().name, "forces", "{name}");
    }
    assert_eq!(written(Structure::Molecule(water([0.96, 0.96])), "forces", vec![[0.0; 3]])[0].vectors, None);
}

#[test]
fn models_of_a_pdb_share_the_bonds_that_all_of_them_have() {
    let frames = [[0.96, 0.96], [0.97, 3.0]].map(|distances| Frame::new(Structure::Molecule(water(distances)), ""));
    let bytes = StructureFormat::Pdb.write_trajectory(&Trajectory { frames: frames.to_vec() }).unwrap();
    let file = read("x.pdb", &bytes).unwrap();
    for frame in &file.trajectory.frames {
        let Structure::Molecule(molecule) = &frame.structure else { panic!("a crystal") };
        assert_eq!(molecule.bonds(), [Bond { atoms: [0, 1], order: BondOrder::Single }]);
    }
}

proptest! {
    #[test]
    fn cif(original in any_crystal()) {
        let file = there_and_back(StructureFormat::Cif, &Structure::Crystal(original.clone()));
        let back = crystal(&file);
        prop_assert_eq!(back.elements(), original.elements());
        prop_assert!(difference(back.fractional_coordinates(), original.fractional_coordinates(), true) < 1e-11);
        prop_assert!(difference(&[back.lattice().lengths()], &[original.lattice().lengths()], false) < 1e-8);
        prop_assert!(difference(&[back.lattice().angles()], &[original.lattice().angles()], false) < 1e-6);
    }

    #[test]
    fn poscar(original in any_crystal()) {
        let file = there_and_back(StructureFormat::Poscar, &Structure::Crystal(original.clone()));
        let back = crystal(&file);
        prop_assert!(difference(back.lattice().rows(), original.lattice().rows(), false) < 1e-11);
        // Grouped by element, in order within each.
        let mut order: Vec<usize> = Vec::new();
        for (i, element) in original.elements().iter().enumerate() {
            if !original.elements()[..i].contains(element) {
                order.extend((i..original.elements().len()).filter(|&j| original.elements()[j] == *element));
            }
        }
        let elements: Vec<Element> = order.iter().map(|&i| original.elements()[i]).collect();
        let coordinates: Vec<[f64; 3]> = order.iter().map(|&i| original.fractional_coordinates()[i]).collect();
        prop_assert_eq!(back.elements(), elements);
        prop_assert!(difference(back.fractional_coordinates(), &coordinates, true) < 1e-13);
    }

    #[test]
    fn extended_xyz(original in any_crystal()) {
        let file = there_and_back(StructureFormat::ExtendedXyz, &Structure::Crystal(original.clone()));
        let back = crystal(&file);
        prop_assert_eq!(back.elements(), original.elements());
        prop_assert!(difference(back.lattice().rows(), original.lattice().rows(), false) < 1e-11);
        prop_assert!(difference(back.fractional_coordinates(), original.fractional_coordinates(), true) < 1e-8);
    }

    #[test]
    fn pdb_of_crystals(original in any_crystal()) {
        let file = there_and_back(StructureFormat::Pdb, &Structure::Crystal(original.clone()));
        let back = crystal(&file);
        prop_assert_eq!(back.elements(), original.elements());
        prop_assert!(difference(&[back.lattice().lengths()], &[original.lattice().lengths()], false) < 6e-4);
        prop_assert!(difference(&[back.lattice().angles()], &[original.lattice().angles()], false) < 6e-2);
    }

    #[test]
    fn xyz(original in any_molecule(&[BondOrder::Single])) {
        let file = there_and_back(StructureFormat::Xyz, &Structure::Molecule(original.clone()));
        prop_assert_eq!(molecule(&file).elements(), original.elements());
        prop_assert!(difference(molecule(&file).positions(), original.positions(), false) < 1e-9);
    }

    #[test]
    fn sdf(original in any_molecule(&[BondOrder::Single, BondOrder::Double, BondOrder::Triple, BondOrder::Aromatic])) {
        let file = there_and_back(StructureFormat::Sdf, &Structure::Molecule(original.clone()));
        let back = molecule(&file);
        let bonds = listed_or_perceived(&original).unwrap();
        prop_assert_eq!((back.elements(), back.bonds(), back.charges()), (original.elements(), &*bonds, original.charges()));
        prop_assert!(difference(back.positions(), original.positions(), false) < 6e-5);
    }

    #[test]
    fn pdb(original in any_molecule(&[BondOrder::Single, BondOrder::Double, BondOrder::Triple])) {
        let file = there_and_back(StructureFormat::Pdb, &Structure::Molecule(original.clone()));
        let back = molecule(&file);
        let bonds = listed_or_perceived(&original).unwrap();
        prop_assert_eq!((back.elements(), back.bonds(), back.charges()), (original.elements(), &*bonds, original.charges()));
        prop_assert!(difference(back.positions(), original.positions(), false) < 6e-4);
    }

    #[test]
    fn trajectories(original in any_molecule(&[BondOrder::Single]), shift in -5.0..5.0_f64) {
        let moved = original.positions().iter().map(|p| p.map(|x| x + shift)).collect();
        let moved = Molecule::new(original.elements().to_vec(), moved).unwrap();
        let still = Molecule::new(original.elements().to_vec(), original.positions().to_vec()).unwrap();
        let frames = [("step 0 of 1", still), ("step 1 of 1", moved)].map(|(label, molecule)| Frame::new(Structure::Molecule(molecule), label));
        let trajectory = Trajectory { frames: frames.to_vec() };
        for format in [StructureFormat::Xyz, StructureFormat::ExtendedXyz, StructureFormat::Sdf, StructureFormat::Pdb] {
            let bytes = format.write_trajectory(&trajectory).unwrap();
            let file = read(&format!("x.{}", format.extension()), &bytes).unwrap();
            prop_assert_eq!(file.trajectory.frames.len(), 2);
            prop_assert_eq!(file.trajectory.frames[1].structure.elements(), original.elements());
            if format != StructureFormat::Pdb {
                prop_assert_eq!(file.trajectory.frames[1].label.as_str(), "step 1 of 1");
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let h = "H".parse().unwrap();
    let far = Structure::Molecule(Molecule::new(vec![h], vec![[123_456.0, 0.0, 0.0]]).unwrap());
    assert!(
        StructureFormat::Sdf.write(&far).unwrap_err().to_string().contains("the coordinate 123456 Å in ten columns")
    );
    assert!(
        StructureFormat::Pdb
            .write(&far)
            .unwrap_err()
            .to_string()
            .contains("the coordinate 123456.000 Å in eight columns")
    );
    assert!(StructureFormat::Cif.write(&far).unwrap_err().to_string().contains("a molecule, which has no cell"));
    let many = Structure::Molecule(Molecule::new(vec![h; 1000], vec![[0.0; 3]; 1000]).unwrap());
    assert!(StructureFormat::Sdf.write(&many).unwrap_err().to_string().contains("1000 atoms; V2000 counts up to 999"));
    let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let cell = Structure::Crystal(Crystal::new(lattice, vec![h], vec![[0.0; 3]]).unwrap());
    // Just these are not offered.
    let one = Structure::Molecule(Molecule::new(vec![h], vec![[0.0; 3]]).unwrap());
    for format in StructureFormat::ALL {
        for structure in [&cell, &one] {
            assert_eq!(format.suits(structure), format.write(structure).is_ok(), "{format}");
        }
    }
    // A trajectory of one goes where a structure goes.
    let trajectory = |count| Trajectory { frames: vec![Frame::new(cell.clone(), ""); count] };
    assert_eq!(StructureFormat::Cif.write_trajectory(&trajectory(1)), StructureFormat::Cif.write(&cell));
    for (count, what) in [(0, "no structure"), (2, "more than one structure")] {
        let refused = StructureFormat::Poscar.write_trajectory(&trajectory(count)).unwrap_err().to_string();
        assert!(refused.contains(what), "{refused}");
    }
    assert!(StructureFormat::Sdf.write(&cell).is_err());
    assert!(StructureFormat::Xyz.write(&cell).is_err());
    assert_eq!(StructureFormat::Mol2.write(&cell), Err(FormatError::NotWritten(StructureFormat::Mol2)));
}
