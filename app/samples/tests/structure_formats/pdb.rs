//! What PDB files of many programs say, and how it is understood.

use samples::structure::{
    Bond,
    BondOrder::{self, Double, Single},
    Structure,
    formats::{StructureFile, read},
};

use super::{crystal, message, molecule};

/// Columns 1–66 of an atom's record, and what follows them.
fn record(kind: &str, serial: u32, name: &str, residue: &str, x: f64, rest: &str) -> String {
    format!("{kind:6}{serial:5} {name:4}{residue:5}A   1    {x:8.3}   0.000   0.000  1.00  0.00{rest}\n")
}

/// A carbon with its element in columns 77–78.
fn carbon(serial: u32, x: f64) -> String {
    record("HETATM", serial, " C  ", " UNL", x, "           C")
}

/// Two carbons, numbered 1 and 2.
fn pair() -> String {
    carbon(1, 0.0) + &carbon(2, 1.5)
}

fn cell(length: f64, group: &str) -> String {
    format!("CRYST1{length:9.3}{length:9.3}{length:9.3}  90.00  90.00  90.00 {group:11}   1\n")
}

fn file(text: &str) -> StructureFile {
    read("x.pdb", text.as_bytes()).unwrap()
}

/// The orders of the bonds of each structure.
fn orders(text: &str) -> Vec<Vec<BondOrder>> {
    let of = |structure: &Structure| match structure {
        Structure::Molecule(molecule) => molecule.bonds().iter().map(|bond| bond.order).collect(),
        Structure::Crystal(_) => panic!("a crystal"),
    };
    file(text).trajectory.frames.iter().map(|frame| of(&frame.structure)).collect()
}

/// The lengths of the cells of all structures; `None` of a molecule.
fn cells(text: &str) -> Vec<Option<f64>> {
    let of = |structure: &Structure| match structure {
        Structure::Molecule(_) => None,
        Structure::Crystal(crystal) => Some(crystal.lattice().lengths()[0].round()),
    };
    file(text).trajectory.frames.iter().map(|frame| of(&frame.structure)).collect()
}

/// The element of an atom that the file names in four columns only.
fn element(kind: &str, name: &str, residue: &str) -> &'static str {
    let text = record(kind, 1, name, residue, 0.0, "");
    molecule(&file(&text)).elements()[0].symbol()
}

#[test]
fn every_model_has_the_bonds_within_it() {
    let [first, second] = [1, 2].map(|model| format!("MODEL {model:8}\n{}CONECT    1    2\nENDMDL\n", pair()));
    // As RDKit writes conformers.
    assert_eq!(orders(&format!("{first}{second}END\n")), [[Single], [Single]]);
    let double = second.replace("1    2\nEND", "1    2    2\nEND");
    assert_eq!(orders(&format!("{first}{double}END\n")), [[Single], [Double]]);
    // Before the atoms it is within all the same; without atoms it is of no model.
    let before = format!("MODEL        1\nCONECT    1    2\n{}ENDMDL\n", pair());
    let empty = "MODEL        1\nCONECT    1    2\nENDMDL\n";
    let none = format!("MODEL        2\n{}ENDMDL\n", pair());
    assert_eq!(orders(&format!("{before}{empty}{none}")), [vec![Single], vec![]]);
}

#[test]
fn bonds_after_all_models_are_for_all() {
    let model = format!("MODEL        1\n{}ENDMDL\n", pair());
    for (conect, order) in [("CONECT    1    2\nCONECT    2    1\n", Single), ("CONECT    1    2    2\n", Double)] {
        assert_eq!(orders(&format!("{model}{model}{conect}END\n")), [[order], [order]]);
        // Before the format's third version: MASTER and END, or nothing.
        assert_eq!(orders(&format!("{model}{model}{conect}MASTER\nEND\n")), [[order], [order]]);
        assert_eq!(orders(&format!("{model}{model}END\n{conect}")), [[order], [order]]);
        assert_eq!(orders(&format!("{conect}{model}{model}END\n")), [[order], [order]]);
        assert_eq!(orders(&format!("{model}{conect}{model}END\n")), [[order], [order]]);
    }
    // GROMACS writes them after each model, without END.
    let conect = "CONECT    1    2\n";
    assert_eq!(orders(&format!("{model}{conect}{model}{conect}{model}{conect}")), [[Single], [Single], [Single]]);
    assert_eq!(
        orders(&format!("{model}{model}{conect}{model}CONECT    1    2    2\n")),
        [[Single], [Single], [Double]]
    );
    // What a model says itself is said in addition.
    let own = model.replace("ENDMDL", "CONECT    1    2    2\nENDMDL");
    assert_eq!(orders(&format!("{model}{own}{conect}END\n")), [[Single], [Double]]);
}

#[test]
fn end_separates_molecules() {
    let molecule = format!("{}CONECT    1    2\nEND\n", pair());
    assert_eq!(orders(&format!("{molecule}{molecule}{molecule}")), [[Single], [Single], [Single]]);
    assert_eq!(
        orders(&format!("{}CONECT    1    2    2\n{}END\n{}END\n", carbon(1, 0.0), carbon(2, 1.5), pair())),
        [vec![Double], vec![]]
    );
    // MODEL and END, without ENDMDL.
    let model = format!("MODEL        1\n{molecule}");
    assert_eq!(orders(&format!("{model}{model}")), [[Single], [Single]]);
    let models = format!("MODEL        1\n{}ENDMDL\n", pair()).repeat(2);
    let group = |conect: &str| format!("{models}{conect}END\n");
    assert_eq!(
        orders(&(group("CONECT    1    2\n") + &group("CONECT    1    2    2\n") + &group(""))),
        [vec![Single], vec![Single], vec![Double], vec![Double], vec![], vec![]]
    );
}

#[test]
fn bonds_of_many_models_stay_within_bounds() {
    let start = std::time::Instant::now();
    let conect = "CONECT    1    2\nCONECT    2    1\n";
    let own = format!("MODEL        1\n{}{conect}ENDMDL\n", pair()).repeat(10_000);
    assert!(orders(&own).iter().all(|orders| orders[..] == [Single]));
    let after = format!("MODEL        1\n{}ENDMDL\n{conect}", pair()).repeat(10_000);
    assert!(orders(&after).iter().all(|orders| orders[..] == [Single]));
    let star: String = (2..67).map(|serial| format!("CONECT    1{serial:5}\n")).collect();
    assert!(message("x.pdb", &format!("{}ENDMDL\n{star}", pair())).contains("line 68: more than 64 bonds of atom 1"));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn columns_13_and_14_hold_the_element_to_the_right() {
    let expected = [
        ("FE1 ", "Fe"),
        ("FE  ", "Fe"),
        ("BR1 ", "Br"),
        ("CL1 ", "Cl"),
        ("CL12", "Cl"),
        ("CLAA", "Cl"),
        ("CAAB", "C"),
        ("CD12", "C"),
        ("FE12", "Fe"),
        ("Cu10", "Cu"),
        ("CD1 ", "C"),
        ("NE1 ", "N"),
        ("Cl1x", "Cl"),
        ("SE2 ", "Se"),
        ("CA  ", "Ca"),
        (" CA ", "C"),
        (" CL1", "C"),
        (" ZN ", "Zn"),
        ("HG  ", "Hg"),
        ("HG11", "H"),
        ("HO2'", "H"),
        ("1HB ", "H"),
        ("C10A", "C"),
        ("N1  ", "N"),
        ("P   ", "P"),
        ("CB  ", "C"),
        ("HN1 ", "H"),
        (" 2HB", "H"),
    ];
    for (name, symbol) in expected {
        assert_eq!(element("HETATM", name, " LIG"), symbol, "{name}");
        assert_eq!(element("ATOM", name, " LIG"), symbol, "{name}");
    }
    // Columns 77–78 are believed first.
    let text = record("HETATM", 1, "CA  ", " LIG", 0.0, "           C");
    assert_eq!(molecule(&file(&text)).elements()[0].symbol(), "C");
}

#[test]
fn standard_residues_hold_no_metals() {
    let expected = [
        ("CA  ", " ALA", "C"),
        ("CD1 ", " LEU", "C"),
        ("NE  ", " ARG", "N"),
        ("HG1 ", " THR", "H"),
        ("HE  ", " ARG", "H"),
        ("2HG1", " VAL", "H"),
        (" 2HB", " ARG", "H"),
        ("CE1 ", " HSD", "C"),
        ("CD2 ", " HIE", "C"),
        ("SG  ", " CYX", "S"),
        ("OD1 ", " ASH", "O"),
        ("SE  ", " MSE", "Se"),
        (" SE ", " MSE", "Se"),
        ("CE  ", " MSE", "C"),
        ("SE  ", " SEC", "Se"),
        ("HO2'", "   A", "H"),
        ("P   ", "  DG", "P"),
        ("CA  ", " RA ", "C"),
        ("CA  ", " DT5", "C"),
        ("CA  ", " CYT", "C"),
    ];
    for (name, residue, symbol) in expected {
        assert_eq!(element("ATOM", name, residue), symbol, "{name} {residue}");
    }
    // A residue of one atom that has the name of an element is that.
    assert_eq!(element("HETATM", "CA  ", "  CA"), "Ca");
    assert_eq!(element("ATOM", "RU  ", "  RU"), "Ru");
}

#[test]
fn ions_are_called_like_their_residue() {
    for (name, residue, symbol) in [
        (" NA ", "  NA", "Na"),
        (" NA ", " NA+", "Na"),
        (" CL ", " CL-", "Cl"),
        ("Cl- ", " Cl-", "Cl"),
        (" SOD", " SOD", "Na"),
        ("CLA ", " CLA", "Cl"),
        (" POT", " POT", "K"),
        (" K  ", "   K", "K"),
        // In a haem it is a nitrogen.
        (" NA ", " HEM", "N"),
    ] {
        assert_eq!(element("ATOM", name, residue), symbol, "{name} {residue}");
    }
}

#[test]
fn numbers_of_lines_are_no_elements() {
    let text: String = [9, 99, 100, 1786]
        .map(|line| record("ATOM", line, " CA ", " ILE", f64::from(line), &format!("      1CRN{line:4}")))
        .concat();
    let old = file(&text);
    assert!(molecule(&old).elements().iter().all(|element| element.symbol() == "C"));
    assert_eq!(molecule(&old).charges(), [0; 4]);
    // A segment's name in columns 73–76 is none of that.
    let new = file(&record("HETATM", 1, " NZ ", " LYS", 0.0, "      1CRN N1+"));
    assert_eq!((molecule(&new).elements()[0].symbol(), molecule(&new).charges()), ("N", &[1][..]));
    assert!(
        message("x.pdb", &record("HETATM", 1, " X  ", " LIG", 0.0, "           X"))
            .contains("line 1: `X` is not a chemical element")
    );
}

#[test]
fn every_model_has_its_cell() {
    let model = format!("MODEL        1\n{}ENDMDL\n", pair());
    let within = |length: f64| model.replacen('\n', &format!("\n{}", cell(length, "P 1")), 1);
    let [ten, twenty, none] = [cell(10.0, "P 1"), cell(20.0, "P 1"), cell(1.0, "P 1")];
    // As ASE and chemfiles write trajectories.
    assert_eq!(cells(&format!("{ten}{model}{twenty}{model}")), [Some(10.0), Some(20.0)]);
    assert_eq!(cells(&format!("{}{}", within(10.0), within(20.0))), [Some(10.0), Some(20.0)]);
    assert_eq!(cells(&format!("{ten}{}END\n{twenty}{}END\n", pair(), pair())), [Some(10.0), Some(20.0)]);
    // Once for all, wherever.
    assert_eq!(cells(&format!("{ten}{model}{model}")), [Some(10.0); 2]);
    assert_eq!(cells(&format!("{}{model}", within(10.0))), [Some(10.0); 2]);
    assert_eq!(cells(&format!("{model}{ten}{model}")), [Some(10.0); 2]);
    assert_eq!(cells(&format!("{model}{model}{ten}")), [Some(10.0); 2]);
    // After each: as in `model_then_cryst.pdb` of MDAnalysis.
    assert_eq!(cells(&format!("{model}{ten}{model}{twenty}END\n")), [Some(10.0), Some(20.0)]);
    assert_eq!(cells(&format!("{}END\n{ten}{}END\n{none}", pair(), pair())), [Some(10.0), None]);
    // Before each but the first, after all but one.
    assert_eq!(cells(&format!("{model}{ten}{model}{twenty}{model}")), [Some(10.0), Some(10.0), Some(20.0)]);
    assert_eq!(cells(&format!("{model}{model}{ten}{model}{twenty}")), [Some(10.0), Some(10.0), Some(10.0)]);
    // 1 Å stands for no cell, and another group than P 1 makes the atoms a part of one.
    assert_eq!(cells(&format!("{ten}{model}{none}{model}")), [Some(10.0), None]);
    assert_eq!(cells(&format!("{none}{model}{ten}{model}")), [None, Some(10.0)]);
    assert_eq!(cells(&format!("{ten}{model}{}{model}", cell(10.0, "P 21 21 21"))), [Some(10.0), None]);
}

#[test]
fn sites_of_water_models_without_an_atom_are_left_out() {
    let notes = ["Virtual sites of water models are left out."];
    for (site, residue) in [
        (" MW ", " SOL"),
        (" MW1", " SOL"),
        (" M  ", " HOH"),
        (" EP ", " HOH"),
        ("EPW ", " WAT"),
        (" OM ", " TIP4"),
        ("LP1 ", " TIP5"),
    ] {
        let text = [
            record("HETATM", 1, " O  ", residue, 0.0, ""),
            record("HETATM", 2, site, residue, 0.1, ""),
            record("HETATM", 3, " H1 ", residue, 0.96, "           H"),
            "CONECT    1    2    3\n".to_owned(),
        ]
        .concat();
        let water = file(&text);
        assert_eq!(molecule(&water).positions(), [[0.0; 3], [0.96, 0.0, 0.0]], "{site}");
        assert_eq!(molecule(&water).bonds(), [Bond { atoms: [0, 1], order: Single }], "{site}");
        assert_eq!(water.notes, notes, "{site}");
    }
    // Elsewhere it is a mistake, and an atom with an element is an atom.
    assert!(message("x.pdb", &record("HETATM", 1, " MW ", " LIG", 0.0, "")).contains("nor the name `MW` give"));
    let atom = file(&record("HETATM", 1, " M  ", " HOH", 0.0, "          MG"));
    assert_eq!((molecule(&atom).elements()[0].symbol(), atom.notes.len()), ("Mg", 0));
}

#[test]
fn a_crystal_leaves_bonds_and_charges_behind_with_a_note() {
    let [bonds, charges] =
        ["Bonds", "Charges"].map(|what| format!("{what} that the file lists are left out: it holds a crystal."));
    let notes = |text: &str| {
        let file = file(&(cell(10.0, "P 1") + text));
        assert_eq!(crystal(&file).elements().len(), 2);
        file.notes
    };
    assert_eq!(notes(&pair()), Vec::<String>::new());
    assert_eq!(notes(&(pair() + "CONECT    1    2\n")), std::slice::from_ref(&bonds));
    assert_eq!(notes(&(pair().replace(" C\n", " C1+\n") + "CONECT    1    2    2\n")), [bonds, charges]);
    // Bonds of other atoms are not missed.
    assert_eq!(notes(&(pair() + "CONECT    1    7\n")), Vec::<String>::new());
}

#[test]
fn an_atom_without_a_mark_is_the_first_of_its_locations() {
    let located = |location: &str, x: f64| record("ATOM", 1, " CZ ", &format!("{location}ARG"), x, "           C");
    let kept = |text: &str| molecule(&file(text)).positions().iter().map(|position| position[0]).collect::<Vec<_>>();
    assert_eq!(kept(&(located(" ", 0.0) + &located("B", 2.0))), [0.0]);
    assert_eq!(kept(&(located(" ", 0.0) + &located("A", 2.0) + &located("B", 4.0))), [0.0]);
    // Two atoms of one name are two atoms; another residue has its own.
    assert_eq!(kept(&(located(" ", 0.0) + &located(" ", 2.0))), [0.0, 2.0]);
    assert_eq!(kept(&(located(" ", 0.0) + &located("B", 2.0).replace("A   1", "A   2"))), [0.0, 2.0]);
}
