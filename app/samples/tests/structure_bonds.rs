//! Formulas, bonds and the glTF scene.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use proptest::prelude::*;
use samples::structure::{
    Composition, Crystal, Element, FormulaError, Lattice, Molecule, Structure,
    bonds::{PeriodicBond, longest_bond, perceive_crystal, perceive_molecule},
    formats::StructureFormat,
};
use serde::Deserialize;

fn formula(text: &str) -> Result<String, FormulaError> {
    text.parse::<Composition>().map(|composition| composition.to_string())
}

#[test]
fn formulas_are_read() {
    for (text, expected) in [
        ("SrTiO3", "SrTiO3"),
        ("Ca(OH)2", "CaH2O2"),
        ("K4[Fe(CN)6]", "K4FeC6N6"),
        ("CuSO₄·5H₂O", "CuH10SO9"),
        ("CuSO4 * 5 H2O", "CuH10SO9"),
        ("2H2O", "H4O2"),
        ("Na Cl", "NaCl"),
        ("Co", "Co"),
        ("CO", "CO"),
        ("D2O", "H2O"),
    ] {
        assert_eq!(formula(text).as_deref(), Ok(expected), "{text}");
    }
    let ethanol: Composition = "CH3CH2OH".parse().unwrap();
    assert_eq!((ethanol.hill_formula().as_str(), ethanol.atoms()), ("C2H6O", 9));
    assert_eq!("OH2".parse::<Composition>().unwrap().hill_formula(), "H2O");
    let (reduced, units) = "Ti2O4".parse::<Composition>().unwrap().reduced();
    assert_eq!((reduced.to_string().as_str(), units), ("TiO2", 2));
    assert!((ethanol.mass() - 46.069).abs() < 0.01);
    let back: Composition = serde_json::from_str(&serde_json::to_string(&ethanol).unwrap()).unwrap();
    assert_eq!(back, ethanol);
}

#[test]
fn formulas_that_are_none_say_where() {
    for (text, expected) in [
        ("", FormulaError::Empty),
        ("  ", FormulaError::Empty),
        ("SrTiOx3", FormulaError::UnknownElement { place: 5, symbol: "Ox".to_owned() }),
        ("srTiO3", FormulaError::Unexpected { place: 1, found: 's' }),
        ("Ca(OH2", FormulaError::Bracket { place: 3 }),
        ("Ca(OH]2", FormulaError::Bracket { place: 6 }),
        ("CaOH)2", FormulaError::Bracket { place: 5 }),
        ("Li0.5CoO2", FormulaError::Count { place: 3 }),
        ("H0", FormulaError::Count { place: 2 }),
        ("H99999999999999999999", FormulaError::TooManyAtoms),
        ("((((((((((H999999)999999)999999)999999))))))", FormulaError::TooDeep { place: 9 }),
        ("(H1000)1001", FormulaError::TooManyAtoms),
    ] {
        assert_eq!(formula(text), Err(expected), "{text}");
    }
    assert_eq!(formula(&"H".repeat(1001)), Err(FormulaError::TooLong));
}

#[derive(Deserialize)]
struct Reference {
    id: String,
    elements: Vec<u8>,
    positions: Vec<[f64; 3]>,
    parts: usize,
}

fn parts(atoms: usize, bonds: &[[u32; 2]]) -> usize {
    let mut part: Vec<usize> = (0..atoms).collect();
    for &[i, j] in bonds {
        let (from, to) = (part[i as usize], part[j as usize]);
        part.iter_mut().filter(|p| **p == from).for_each(|p| *p = to);
    }
    part.sort_unstable();
    part.dedup();
    part.len()
}

/// Geometries of quantum chemistry: molecules hang together, hydrogen-bonded and stacked dimers stay two.
#[test]
fn molecules_hang_together_and_dimers_do_not() {
    let references: Vec<Reference> = serde_json::from_str(include_str!("structures/molecules.json")).unwrap();
    assert_eq!(references.len(), 184);
    let mut wrong = Vec::new();
    for reference in &references {
        let elements = reference.elements.iter().map(|&z| Element::new(z).unwrap()).collect();
        let molecule = Molecule::new(elements, reference.positions.clone()).unwrap();
        let bonds = perceive_molecule(&molecule).unwrap();
        // Hydrogen has one bond, but for bridges; carbon four.
        let degree = |atom: usize| bonds.iter().flatten().filter(|&&other| other as usize == atom).count();
        let too_many = (0..reference.elements.len()).any(|atom| match reference.elements[atom] {
            1 => degree(atom) > 1,
            6 => degree(atom) > 4,
            _ => false,
        });
        if parts(reference.elements.len(), &bonds) != reference.parts || too_many {
            wrong.push(reference.id.as_str());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn element(symbol: &str) -> Element {
    symbol.parse().unwrap()
}

fn cubic(a: f64, atoms: &[(&str, [f64; 3])]) -> Crystal {
    let lattice = Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]).unwrap();
    let (elements, coordinates) = atoms.iter().map(|(symbol, f)| (element(symbol), *f)).unzip();
    Crystal::new(lattice, elements, coordinates).unwrap()
}

fn face_centred(symbol: &'static str) -> [(&'static str, [f64; 3]); 4] {
    [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]].map(|f| (symbol, f))
}

#[test]
fn crystals_have_their_coordination() {
    let copper = cubic(3.615, &face_centred("Cu"));
    assert_eq!(perceive_crystal(&copper).unwrap().len(), 4 * 12 / 2);
    // One atom, six neighbours, all of them itself.
    let polonium = cubic(3.35, &[("Po", [0.2, 0.9, 0.4])]);
    let bonds = perceive_crystal(&polonium).unwrap();
    assert_eq!(bonds.len(), 3);
    assert!(bonds.contains(&PeriodicBond { atoms: [0, 0], image: [0, 0, 1] }));
    let diamond: Vec<_> =
        face_centred("C").into_iter().flat_map(|(symbol, f)| [(symbol, f), (symbol, f.map(|x| x + 0.25))]).collect();
    assert_eq!(perceive_crystal(&cubic(3.567, &diamond)).unwrap().len(), 8 * 4 / 2);
    // Ti–O six, Sr–O twelve, neither Sr–Ti nor O–O.
    let perovskite =
        [("Sr", [0.0; 3]), ("Ti", [0.5; 3]), ("O", [0.5, 0.5, 0.0]), ("O", [0.5, 0.0, 0.5]), ("O", [0.0, 0.5, 0.5])];
    let crystal = cubic(3.905, &perovskite);
    let bonds = perceive_crystal(&crystal).unwrap();
    assert_eq!(bonds.len(), 18);
    assert!(bonds.iter().all(|bond| bond.atoms[0] < 2 && bond.atoms[1] >= 2));
}

#[test]
fn a_bond_is_where_it_says() {
    let crystal = cubic(5.64, &[("Na", [0.0; 3]), ("Cl", [0.5, 0.0, 0.0])]);
    for bond in perceive_crystal(&crystal).unwrap() {
        let [i, j] = bond.atoms.map(|atom| atom as usize);
        let f = crystal.fractional_coordinates();
        let d: [f64; 3] = std::array::from_fn(|k| f[j][k] + f64::from(bond.image[k]) - f[i][k]);
        let length = crystal.lattice().to_cartesian(d).iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((length - 2.82).abs() < 1e-9);
    }
}

#[test]
fn piles_of_atoms_are_refused() {
    let crystal = cubic(4.0, &[("C", [0.1; 3]); 5000]);
    assert!(perceive_crystal(&crystal).is_err());
    let molecule = Molecule::new(vec![element("C"); 20_000], vec![[0.0; 3]; 20_000]).unwrap();
    assert!(perceive_molecule(&molecule).is_err());
    let far = Molecule::new(vec![element("C"); 3], vec![[1e300; 3], [-1e300; 3], [f64::MAX; 3]]).unwrap();
    assert_eq!(perceive_molecule(&far).unwrap(), Vec::<[u32; 2]>::new());
}

fn brute_force(crystal: &Crystal) -> Vec<PeriodicBond> {
    let (elements, f, reach) = (crystal.elements(), crystal.fractional_coordinates(), 10);
    let has_non_metal = elements.iter().any(|element| !element.facts().metal);
    let mut bonds = Vec::new();
    for i in 0..elements.len() {
        for j in i..elements.len() {
            let longest = longest_bond(elements[i], elements[j]);
            for n in 0..(2 * reach + 1_i32).pow(3) {
                let side = 2 * reach + 1;
                let image = [n / (side * side) - reach, n / side % side - reach, n % side - reach];
                let d: [f64; 3] = std::array::from_fn(|k| f[j][k] + f64::from(image[k]) - f[i][k]);
                let d = crystal.lattice().to_cartesian(d).iter().map(|x| x * x).sum::<f64>().sqrt();
                let are_metals = elements[i].facts().metal && elements[j].facts().metal;
                let is_bond = (0.4..=longest).contains(&d) && !(are_metals && has_non_metal);
                if is_bond && (i < j || image > [0; 3]) {
                    bonds.push(PeriodicBond { atoms: [i as u32, j as u32], image });
                }
            }
        }
    }
    bonds.sort_unstable();
    bonds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cell_lists_find_what_all_pairs_find(
        rows in prop::array::uniform3(prop::array::uniform3(-7.0..7.0_f64)),
        atoms in prop::collection::vec((prop::sample::select(vec!["H", "O", "Si", "Fe", "Cs"]), prop::array::uniform3(0.0..1.0_f64)), 1..12),
    ) {
        let Ok(lattice) = Lattice::new(rows) else { return Ok(()) };
        let [a, b, c] = lattice.lengths();
        prop_assume!(lattice.volume() > 0.2 * a * b * c && a.min(b).min(c) > 1.5);
        let (elements, coordinates) = atoms.into_iter().map(|(symbol, f)| (element(symbol), f)).unzip();
        let crystal = Crystal::new(lattice, elements, coordinates).unwrap();
        // Too dense is an answer, too.
        if let Ok(bonds) = perceive_crystal(&crystal) {
            prop_assert_eq!(bonds, brute_force(&crystal));
        }
    }

    #[test]
    fn open_lists_find_what_all_pairs_find(
        atoms in prop::collection::vec((prop::sample::select(vec!["H", "O", "Si", "Fe"]), prop::array::uniform3(-5.0..5.0_f64)), 1..40),
    ) {
        let (elements, positions): (Vec<Element>, Vec<[f64; 3]>) = atoms.into_iter().map(|(symbol, r)| (element(symbol), r)).unzip();
        let mut expected = Vec::new();
        for i in 0..elements.len() {
            for j in i + 1..elements.len() {
                let d = (0..3).map(|k| (positions[i][k] - positions[j][k]).powi(2)).sum::<f64>().sqrt();
                if (0.4..=longest_bond(elements[i], elements[j])).contains(&d) {
                    expected.push([i as u32, j as u32]);
                }
            }
        }
        let found = perceive_molecule(&Molecule::new(elements, positions).unwrap()).unwrap();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_scene_is_a_binary_gltf() {
    let crystal = cubic(
        3.905,
        &[("Sr", [0.0; 3]), ("Ti", [0.5; 3]), ("O", [0.5, 0.5, 0.0]), ("O", [0.5, 0.0, 0.5]), ("O", [0.0, 0.5, 0.5])],
    );
    let file = StructureFormat::Gltf.write(&Structure::Crystal(crystal)).unwrap();
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((&file[..4], word(4), word(8)), (&b"glTF"[..], 2, file.len()));
    let length = word(12);
    let document: serde_json::Value = serde_json::from_slice(&file[20..20 + length]).unwrap();
    // Five spheres, eighteen bonds of two halves, the cell.
    assert_eq!(document["nodes"].as_array().unwrap().len(), 5 + 36 + 1);
    assert_eq!(document["buffers"][0]["byteLength"].as_u64().unwrap() as usize, word(20 + length));
    for accessor in document["accessors"].as_array().unwrap() {
        let view = &document["bufferViews"][accessor["bufferView"].as_u64().unwrap() as usize];
        let size = match (accessor["type"].as_str().unwrap(), accessor["componentType"].as_u64().unwrap()) {
            ("VEC3", 5126) => 12,
            ("SCALAR", 5123) => 2,
            other => panic!("{other:?}"),
        };
        assert_eq!(accessor["count"].as_u64().unwrap() * size, view["byteLength"].as_u64().unwrap());
    }
    let empty = Molecule::default();
    assert!(StructureFormat::Gltf.write(&Structure::Molecule(empty)).is_err());
}
