//! What SDF, MOL2 and XYZ files of many programs say, and how it is understood.

use samples::structure::{
    BondOrder, Structure,
    formats::{MAX_LINE, StructureFile, read},
};

use super::{crystal, message, molecule};

fn file(name: &str, text: &str) -> StructureFile {
    read(name, text.as_bytes()).unwrap()
}

fn symbols(file: &StructureFile) -> Vec<&'static str> {
    file.trajectory.frames[0].structure.elements().iter().map(|element| element.symbol()).collect()
}

fn labels(file: &StructureFile) -> Vec<&str> {
    file.trajectory.frames.iter().map(|frame| frame.label.as_str()).collect()
}

fn bonds(file: &StructureFile) -> Vec<[u32; 2]> {
    molecule(file).bonds().iter().map(|bond| bond.atoms).collect()
}

fn has_note(file: &StructureFile, part: &str) -> bool {
    file.notes.iter().any(|note| note.contains(part))
}

// SDF

/// A record of these atoms, as (symbol, code of the charge), with what else stands between atoms and data.
fn record(title: &str, atoms: &[(&str, u8)], bonds: &[&str], rest: &str) -> String {
    let (count, bond_count) = (atoms.len(), bonds.len());
    let lines = atoms.iter().zip(0_u8..).map(|((symbol, code), x)| {
        format!("{:10.4}    0.0000    0.0000 {symbol:<3} 0{code:3}  0\n", f64::from(x) * 1.5)
    });
    let atoms: String = lines.collect();
    let bonds: String = bonds.iter().map(|bond| format!("{bond}\n")).collect();
    format!("{title}\n\n\n{count:3}{bond_count:3}  0  0  0  0            999 V2000\n{atoms}{bonds}{rest}")
}

#[test]
fn radicals_and_charges_in_properties_supersede_those_of_the_atom_block() {
    // Codes 3 and 5: charges +1 and −1.
    let charges = |rest: &str| {
        let text = record("", &[("N", 3), ("O", 5)], &["  1  2  1  0"], rest);
        molecule(&file("x.mol", &text)).charges().to_vec()
    };
    assert_eq!(charges("M  END\n"), [1, -1]);
    assert_eq!(charges("M  RAD  1   2   2\nM  END\n"), [0, 0]);
    assert_eq!(charges("M  RAD  1   2   2\nM  CHG  1   1   2\nM  END\n"), [2, 0]);
    assert_eq!(charges("M  CHG  1   1   2\nM  RAD  1   2   2\nM  CHG  1   2  -2\nM  END\n"), [2, -2]);
    assert_eq!(charges("M  ISO  1   1  15\nM  END\n"), [1, -1]);
    assert_eq!(charges("M  END\n> <x>\nM  RAD  1   2   2\n"), [1, -1]);
}

#[test]
fn bonds_of_any_order_are_not_called_coordination() {
    let of_type = |kind: u8| {
        let text = record("", &[("N", 0), ("O", 0)], &[&format!("  1  2{kind:3}  0")], "M  END\n");
        let file = file("x.mol", &text);
        assert!(molecule(&file).bonds().is_empty());
        (has_note(&file, "Coordination"), has_note(&file, "of any order"))
    };
    assert_eq!((of_type(8), of_type(9), of_type(10)), ((false, true), (true, false), (true, false)));
}

#[test]
fn records_that_cannot_be_read_are_left_out_with_a_note() {
    let good = |title: &str| record(title, &[("C", 0)], &[], "M  END\n> <x>\n1\n\n$$$$\n");
    let star = record("star", &[("C", 0), ("*", 0)], &["  1  2  1  0"], "M  END\n$$$$\n");
    let uncounted = "uncounted\n\n\n  ?  0  0  0  0  0            999 V2000\nM  END\n$$$$\n";
    // Fewer atoms than announced: the error is at its own `$$$$`, and the next record must not be lost with it.
    let short =
        "short\n\n\n  3  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  0  0\n$$$$\n";

    let one = file("x.sdf", &format!("{}{star}{}", good("a"), good("b")));
    assert_eq!(labels(&one), ["a", "b"]);
    // Ten lines of the first, four of the header, the second atom.
    assert_eq!(
        one.notes,
        ["A record could not be read and was left out: \
         SDF, line 16: `*` is not a chemical element (H to Lr)."]
    );

    let text = format!("{uncounted}{}{star}{short}{}", good("a"), good("b"));
    let many = file("x.sdf", &text);
    assert_eq!(labels(&many), ["a", "b"]);
    assert_eq!(
        many.notes,
        ["3 records could not be read and were left out; of the first: \
         SDF, line 4: the number of atoms is `?`, not a whole number."]
    );
    let windows = file("x.sdf", &text.replace('\n', "\r\n"));
    assert_eq!((labels(&windows), &windows.notes), (labels(&many), &many.notes));

    // None is left: the first error.
    let expected = "SDF, line 4: the number of atoms is `?`, not a whole number";
    assert_eq!(message("x.sdf", &format!("{uncounted}{star}")), expected);
    assert_eq!(message("x.sdf", &star), "SDF, line 6: `*` is not a chemical element (H to Lr)");
    assert_eq!(message("x.sdf", short), "SDF, line 6: the record ends where an atom should be");
}

#[test]
fn a_broken_off_last_record_is_left_out_with_a_note() {
    let good = record("good", &[("C", 0)], &[], "M  END\n$$$$\n");
    let last = record("last", &[("C", 3), ("O", 0)], &["  1  2  2  0"], "M  CHG  1   2  -1\nM  END\n");
    let whole = file("x.sdf", &format!("{good}{last}"));
    assert_eq!((labels(&whole), whole.notes.len()), (vec!["good", "last"], 0));
    // After every line of the last record but its final one.
    let ends: Vec<usize> = last.match_indices('\n').map(|(end, _)| end + 1).collect();
    for end in &ends[..ends.len() - 1] {
        let cut = file("x.sdf", &format!("{good}{}", &last[..*end]));
        assert_eq!((labels(&cut), cut.notes.len()), (vec!["good"], 1), "{:?}", &last[..*end]);
        assert!(has_note(&cut, "A record could not be read and was left out"), "{:?}", cut.notes);
    }
    // Old molfiles have no properties at all.
    let old = record("old", &[("C", 0)], &[], "");
    assert_eq!(labels(&file("x.mol", &old)), ["old"]);
    assert_eq!(labels(&file("x.sdf", &format!("{good}{old}$$$$\n"))), ["good", "old"]);
}

#[test]
fn a_blank_record_is_nothing() {
    let good = record("good", &[("C", 0)], &[], "M  END\n$$$$\n");
    for text in [format!("{good}\n$$$$\n"), format!("{good}$$$$\n"), format!("\n\n\n\n\n\n$$$$\n{good}")] {
        let file = file("x.sdf", &text);
        assert_eq!((labels(&file), file.notes.len()), (vec!["good"], 0), "{text}");
    }
    assert_eq!(message("x.sdf", "\n$$$$\n"), "the SDF file holds no structure");
}

#[test]
fn a_line_that_is_too_long_ends_the_reading() {
    let good = record("good", &[("C", 0)], &[], "M  END\n$$$$\n");
    let long = "x".repeat(MAX_LINE + 1);
    let message = message("x.sdf", &format!("{good}{long}\n\n\n$$$$\n"));
    assert_eq!(message, format!("SDF, line 8: the line is longer than {MAX_LINE} bytes"));
}

/// A record of these lines of atoms and bonds, with what else stands before the end of the table.
fn v3000(title: &str, atoms: &[&str], bonds: &[&str], rest: &[&str]) -> String {
    let counts = format!("COUNTS {} {} 0 0 0", atoms.len(), bonds.len());
    let whole = [&["BEGIN CTAB", counts.as_str(), "BEGIN ATOM"], atoms, &["END ATOM", "BEGIN BOND"], bonds]
        .concat()
        .into_iter()
        .chain(["END BOND"])
        .chain(rest.iter().copied())
        .chain(["END CTAB"]);
    let lines: String = whole.map(|line| format!("M  V30 {line}\n")).collect();
    format!("{title}\n\n\n  0  0  0     0  0            999 V3000\n{lines}M  END\n")
}

#[test]
fn v3000_has_what_v2000_has() {
    let old = record("a", &[("N", 3), ("O", 5), ("D", 0)], &["  1  2  4  0", "  1  3  8  0"], "M  END\n");
    let atoms = ["1 N 0 0 0 0 CHG=1 RAD=2", "2 O 1.5 0 0 0 MASS=18 CHG=-1", "3 D 3 0 0 0"];
    let new = v3000("a", &atoms, &["1 4 1 2 CFG=1", "2 8 1 3"], &[]);
    let [old, new] = [old, new].map(|text| file("x.mol", &text));
    assert_eq!((molecule(&new).charges(), bonds(&new)), (&[1, -1, 0][..], vec![[0, 1]]));
    assert_eq!(new, old);
}

#[test]
fn atoms_of_v3000_have_any_numbers() {
    let atoms = ["70 C 0 0 0 0", "3 O 1 0 0 0", "18446744073709551615 N 2 0 0 0"];
    let text = v3000("", &atoms, &["5 1 3 70", "9 2 70 18446744073709551615"], &[]);
    assert_eq!(
        (symbols(&file("x.mol", &text)), bonds(&file("x.mol", &text))),
        (vec!["C", "O", "N"], vec![[1, 0], [0, 2]])
    );
    let refused = |atoms: &[&str], bonds: &[&str]| message("x.mol", &v3000("", atoms, bonds, &[]));
    assert_eq!(refused(&["7 C 0 0 0 0", "7 O 1 0 0 0"], &[]), "SDF, line 9: atom 7 is listed twice");
    assert_eq!(refused(&["0 C 0 0 0 0"], &[]), "SDF, line 8: the atom's number is 0; they begin with 1");
    assert_eq!(refused(&["7 C 0 0 0 0"], &["1 1 7 1"]), "SDF, line 11: there is no atom 1 among 1");
    assert_eq!(refused(&["7 C 0 0 0 0"], &["1 1 7 7"]), "SDF, line 11: the bond joins an atom to itself");
    assert_eq!(
        refused(&["7 C 0 0 0 0", "8 C 1 0 0 0"], &["1 6 7 8"]),
        "SDF, line 12: the bond's type is `6`; 1 to 4 are read"
    );
}

#[test]
fn lines_of_v3000_go_on_after_a_hyphen() {
    let atoms = ["1 C -1.25 0 0 0 CHG=-\nM  V30 -1 MASS=-\nM  V30 13", "2 O 1 0 -\nM  V30 0 0"];
    let file = |text: &str| file("x.mol", text);
    let table = v3000("", &atoms, &["1 2 1 -\nM  V30 2"], &["LINKNODE 1 -\nM  V30 END CTAB"]);
    let read = file(&table);
    assert_eq!((molecule(&read).charges(), bonds(&read)), (&[-1, 0][..], vec![[0, 1]]));
    assert_eq!(molecule(&read).positions(), [[-1.25, 0.0, 0.0], [1.0, 0.0, 0.0]]);
    assert_eq!(file(&table.replace('\n', "\r\n")), read);
    // What is read has an end, what is not read need not have one.
    let long = "1 2 3 4 5 6 7 8 -\nM  V30 ".repeat(MAX_LINE / 8);
    let set = format!("{long}9");
    let group = ["BEGIN SGROUP", &set, "END SGROUP"];
    assert_eq!(symbols(&file(&v3000("", &["1 C 0 0 0 0"], &[], &group))), ["C"]);
    assert!(message("x.mol", &v3000("", &[&set], &[], &[])).contains("exceeds 65536 bytes"));
}

#[test]
fn properties_of_v3000_are_whole_fields() {
    let charge =
        |rest: &str| molecule(&file("x.mol", &v3000("", &[&format!("1 C 0 0 0 0 {rest}")], &[], &[]))).charges()[0];
    assert_eq!(charge("NAME=\"a \"\" CHG=3 (\" CHG=1"), 1);
    assert_eq!(charge("ATTCHORD=(2 CHG=3 2) CHG=1"), 1);
    assert_eq!(charge("HCOUNT=2 INVRET=1"), 0);
    for value in ["16", "-16", "x", ""] {
        let text = v3000("", &[&format!("1 C 0 0 0 0 CHG={value}")], &[], &[]);
        assert_eq!(message("x.mol", &text), "SDF, line 8: a charge is not −15 to 15", "{value}");
    }
}

#[test]
fn what_is_no_atom_is_none_in_v3000() {
    for kind in ["*", "A", "Q", "R#", "[C,N]", "NOT[C,N]", "\"NOT [C, N]\"", "Pol", "Ala"] {
        let text = v3000("", &["1 C 0 0 0 0", &format!("2 {kind} 1 0 0 0")], &[], &[]);
        let kind = kind.trim_matches('"');
        assert_eq!(message("x.mol", &text), format!("SDF, line 9: `{kind}` is not a chemical element (H to Lr)"));
    }
    let cytosine = v3000("", &["1 C 0 0 0 0 CLASS=BASE"], &[], &[]);
    assert_eq!(message("x.mol", &cytosine), "SDF, line 8: `C` is a template of class BASE, no atom");
}

#[test]
fn tables_of_v3000_are_whole() {
    let blocks = ["BEGIN SGROUP", "1 SUP 1 ATOMS=(1 1) LABEL=\"x\"", "END SGROUP", "BEGIN OBJ3D", "END OBJ3D"];
    let whole = v3000("a", &["1 C 0 0 0 0", "2 O 1 0 0 0"], &["1 2 1 2"], &blocks);
    let more = "M  V30 BEGIN RGROUP 1\nM  V30 BEGIN CTAB\nM  V30 END CTAB\nM  V30 END RGROUP\nM  END";
    let with_groups = whole.replace("M  END", more);
    let collection =
        format!("{whole}> <x>\n1\n\n$$$$\n{with_groups}$$$$\n{}$$$$\n", record("b", &[("C", 0)], &[], "M  END\n"));
    assert_eq!((labels(&file("x.sdf", &collection)), file("x.sdf", &collection).notes.len()), (vec!["a", "a", "b"], 0));
    for (from, to, expected) in [
        ("BEGIN CTAB", "BEGIN ATOM", "line 5: `BEGIN ATOM` stands where `BEGIN CTAB` should"),
        ("COUNTS 2 1", "COUNTS 3 1", "line 6: 3 atoms are announced, but 2 are listed"),
        ("COUNTS 2 1", "COUNTS 2 2", "line 6: 2 bonds are announced, but 1 are listed"),
        ("COUNTS 2 1", "COUNTS 1 1", "line 6: 1 atoms are announced, but 2 are listed"),
        ("COUNTS 2", "COUNTS -2", "line 6: the number of atoms is `-2`, not a whole number"),
        ("COUNTS", "LINKNODE", "line 19: the table has no `COUNTS`"),
        ("1 C 0 0 0 0", "1 C 0 0", "line 8: a coordinate is missing"),
        ("1 C 0 0 0 0", "1", "line 8: the element is missing"),
        ("M  V30 2 O", "M  V3 2 O", "line 9: `M  V3 2 O 1 0 0 0` does not begin with `M  V30`"),
        ("M  V30 END OBJ3D\nM  V30 END CTAB", "", "line 18: `` does not begin with `M  V30`"),
    ] {
        let text = whole.replace(from, to);
        assert_eq!(message("x.mol", &text), format!("SDF, {expected}"), "{to}");
    }
    // Cut off after any line.
    let ends: Vec<usize> = whole.match_indices('\n').map(|(end, _)| end + 1).collect();
    for end in &ends[3..ends.len() - 2] {
        assert!(message("x.mol", &whole[..*end]).contains("the file ends where"), "{end}");
    }
}

// MOL2

fn mol2(atoms: &[&str], bonds: &[&str], rest: &str) -> String {
    let counts = format!("{} {}", atoms.len(), bonds.len());
    let lines = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (atoms, bonds) = (lines(atoms), lines(bonds));
    format!("@<TRIPOS>MOLECULE\nx\n{counts}\nSMALL\n@<TRIPOS>ATOM\n{atoms}@<TRIPOS>BOND\n{bonds}{rest}")
}

#[test]
fn types_of_force_fields_are_not_elements() {
    for (name, kind, element) in [
        // SYBYL's.
        ("C1", "C.3", "C"),
        ("X", "N.pl3", "N"),
        ("A", "Ca", "Ca"),
        ("CL1", "Cl", "Cl"),
        ("1", "Co.oh", "Co"),
        ("C1", "Os", "Os"),
        // GAFF's and AMBER's.
        ("C1", "ca", "C"),
        ("CA", "CA", "C"),
        ("CD2", "CA", "C"),
        ("C6", "CM", "C"),
        ("HO1", "ho", "H"),
        ("H5T", "HO", "H"),
        ("O5'", "OS", "O"),
        ("N7", "NB", "N"),
        ("N1", "NA", "N"),
        ("SG", "sm", "S"),
        ("C1", "cl", "Cl"),
        ("X1", "BR", "Br"),
        ("CL1", "CL", "Cl"),
        ("B1", "br", "Br"),
        ("NA", "Na+", "Na"),
        ("CA", "Ca2+", "Ca"),
        ("CL", "Cl-", "Cl"),
        ("FE1", "FE", "Fe"),
        ("SI2", "SI", "Si"),
        ("CU", "CU", "Cu"),
        // The name says it, or otherwise the type's first letter.
        ("Li", "opls_404", "Li"),
        ("ZN", "M1", "Zn"),
        ("1HB", "hc", "H"),
        ("7", "c3", "C"),
    ] {
        let file = file("x.mol2", &mol2(&[&format!("1 {name} 0 0 0 {kind} 1 LIG 0")], &[], ""));
        assert_eq!(symbols(&file), [element], "{name} of type {kind}");
    }
    let unknown = mol2(&["1 Q1 0 0 0 xx"], &[], "");
    assert!(message("x.mol2", &unknown).contains("line 6: `xx` names no chemical element"));
}

#[test]
fn placeholders_are_left_out_with_their_bonds() {
    for kind in ["Du", "Du.C", "DU", "LP", "lp", "Any", "Hal", "Het", "Hev"] {
        let atoms = ["1 C1 0 0 0 C.3", &format!("2 DU1 1 0 0 {kind}"), "3 O1 2 0 0 O.3"];
        let file = file("x.mol2", &mol2(&atoms, &["1 1 2 1", "2 2 3 du", "3 1 3 2"], ""));
        assert_eq!((symbols(&file), bonds(&file)), (vec!["C", "O"], vec![[0, 1]]), "{kind}");
        assert_eq!(molecule(&file).bonds()[0].order, BondOrder::Double);
        assert!(has_note(&file, "Dummy atoms, lone pairs and wildcards"), "{:?}", file.notes);
    }
}

#[test]
fn announced_atoms_and_bonds_must_be_there() {
    let whole = mol2(&["1 C1 0 0 0 C.3", "2 O1 1 0 0 O.3"], &["1 1 2 nc"], "");
    assert!(molecule(&file("x.mol2", &whole)).bonds().is_empty());
    let of = |counts: &str| whole.replace("\n2 1\n", &format!("\n{counts}\n"));
    // More than announced were not cut off.
    for counts in ["2", "2 1 0 0 0", "# a comment\n\n 2  1", "1 0"] {
        assert_eq!(symbols(&file("x.mol2", &of(counts))), ["C", "O"], "{counts}");
    }
    for (counts, expected) in [
        ("3 1", "line 3: 3 atoms are announced, but 2 are listed"),
        ("2 5", "line 3: 5 bonds are announced, but 1 are listed"),
        ("18446744073709551615 1", "line 3: 18446744073709551615 atoms are announced, but 2 are listed"),
        ("two", "line 3: the number of atoms is `two`, not a whole number"),
        ("2 one", "line 3: the number of bonds is `one`, not a whole number"),
    ] {
        assert_eq!(message("x.mol2", &of(counts)), format!("MOL2, {expected}"));
    }
    // Of the records before the last as well, and where a whole section is missing.
    let text = format!("{}{whole}", of("4 1"));
    assert!(message("x.mol2", &text).contains("line 3: 4 atoms are announced, but 2 are listed"));
    let cut = whole.split("@<TRIPOS>BOND").next().unwrap();
    assert!(message("x.mol2", cut).contains("line 3: 1 bonds are announced, but 0 are listed"));
    // Who announces nothing is believed.
    assert_eq!(symbols(&file("x.mol2", "@<TRIPOS>MOLECULE\nx\n@<TRIPOS>ATOM\n1 C1 0 0 0 C.3\n")), ["C"]);
}

#[test]
fn ids_of_atoms_are_names() {
    let atoms = ["20 C1 0 0 0 C.3", "0 O1 1 0 0 O.3", "18446744073709551615 N1 2 0 0 N.3"];
    let text = mol2(&atoms, &["1 0 20 1", "2 20 18446744073709551615 1"], "");
    let file = file("x.mol2", &text);
    assert_eq!((symbols(&file), bonds(&file)), (vec!["C", "O", "N"], vec![[1, 0], [0, 2]]));
    let twice = mol2(&["7 C1 0 0 0 C.3", "7 O1 1 0 0 O.3"], &[], "");
    assert_eq!(message("x.mol2", &twice), "MOL2, line 7: atom 7 is listed twice");
    let dangling = mol2(&["7 C1 0 0 0 C.3", "8 O1 1 0 0 O.3"], &["1 1 7 1"], "");
    assert_eq!(message("x.mol2", &dangling), "MOL2, line 9: there is no atom 1 among 2");
    let loops = mol2(&["7 C1 0 0 0 C.3"], &["1 7 7 1"], "");
    assert_eq!(message("x.mol2", &loops), "MOL2, line 8: the bond joins an atom to itself");
}

#[test]
fn a_backslash_continues_a_line() {
    let text = "@<TRIPOS>MOLECULE\nC:\\dir\\\n2 \\\n1\nSMALL\n@<TRIPOS>ATOM\n1 C1 0 0 \\\n  0 C.3\n2 O1 \\  \n\\\n\
                1.5 0 0 O.3\n@<TRIPOS>BOND\n1 1 \\\n2 2\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let file = file("x.mol2", &text);
        assert_eq!((symbols(&file), bonds(&file)), (vec!["C", "O"], vec![[0, 1]]));
        assert_eq!(labels(&file), ["C:\\dir\\"]);
        assert_eq!(molecule(&file).positions()[1], [1.5, 0.0, 0.0]);
    }
    // What is not read may go on for as long as it likes, what is read may not.
    let long = "1 2 3 4 5 6 7 8 \\\n".repeat(MAX_LINE / 8);
    let set = mol2(&["1 C1 0 0 0 C.3"], &[], &format!("@<TRIPOS>SET\nS STATIC ATOMS\n{long}9\n"));
    assert_eq!(symbols(&file("x.mol2", &set)), ["C"]);
    let atom = format!("@<TRIPOS>MOLECULE\nx\n1\n@<TRIPOS>ATOM\n1 C1 \\\n{long}");
    assert!(message("x.mol2", &atom).contains("exceeds 65536 bytes"));
    // The file ends where the line should go on.
    assert!(message("x.mol2", "@<TRIPOS>MOLECULE\nx\n1\n@<TRIPOS>ATOM\n1 C1 \\").contains("a coordinate is missing"));
}

#[test]
fn bonds_of_a_crystal_are_left_out_with_a_note() {
    let atoms = ["1 Na 0 0 0 Na", "2 Cl 2.8 0 0 Cl"];
    let cell = "@<TRIPOS>CRYSIN\n5.64 5.64 5.64 90 90 90 1 1\n";
    let file = |bonds: &[&str]| file("x.mol2", &mol2(&atoms, bonds, cell));
    assert!(has_note(&file(&["1 1 2 un"]), "bonds that the file lists for the crystal are not kept"));
    assert_eq!((crystal(&file(&[])).elements().len(), file(&[]).notes.len()), (2, 0));
}

// XYZ

/// One hydrogen, with this comment.
fn extended(comment: &str) -> String {
    format!("1\n{comment}\nH 0 0 0\n")
}

#[test]
fn cells_without_a_vector_across_a_slab_make_molecules() {
    for (cell, periodic) in [
        ("5 0 0 0 5 0 0 0 0", "T T F"),
        ("0 0 0 0 0 0 0 0 7", "F F T"),
        ("0.0 0.0 0.0 0.0 4.0 0.0 0.0 0.0 4.0", "F T T"),
    ] {
        // The keys come in any order.
        for comment in [
            format!("Lattice=\"{cell}\" Properties=species:S:1:pos:R:3 pbc=\"{periodic}\""),
            format!("pbc=\"{periodic}\" Properties=species:S:1:pos:R:3 Lattice=\"{cell}\""),
        ] {
            let file = file("x.xyz", &extended(&comment));
            assert_eq!(molecule(&file).positions(), [[0.0; 3]]);
            assert!(has_note(&file, "it is shown as a molecule"), "{comment}: {:?}", file.notes);
        }
    }
    for comment in [
        "Lattice=\"0 0 0 0 0 0 0 0 0\" pbc=\"F F F\"",
        "Lattice=\"0 0 0 0 0 0 0 0 0\"",
        "Lattice=\"5 0 0 0 5 0 0 0 0\" pbc=\"F F F\"",
        "pbc=\"F F F\" Lattice=\"5 0 0 0 5 0 0 0 5\"",
    ] {
        let file = file("x.xyz", &extended(comment));
        assert_eq!((molecule(&file).elements().len(), file.notes.len()), (1, 0), "{comment}");
    }
    // With vacuum, it is a crystal; without a vector along a periodic direction, nothing.
    let slab = file("x.xyz", &extended("Lattice=\"5 0 0 0 5 0 0 0 20\" pbc=\"T T F\""));
    assert_eq!(crystal(&slab).lattice().lengths(), [5.0, 5.0, 20.0]);
    assert!(has_note(&slab, "taken as periodic in all"));
    for periodic in ["T T T", "F T T"] {
        let text = extended(&format!("Lattice=\"5 0 0 0 5 0 0 0 0\" pbc=\"{periodic}\""));
        assert!(message("x.xyz", &text).contains("line 2: the cell is degenerate"), "{periodic}");
    }
}

#[test]
fn arrays_stand_in_brackets() {
    // Rows are cell vectors, in one another or one after another.
    let rows = [[5.0, 1.0, 2.0], [0.0, 6.0, 3.0], [0.0, 0.0, 7.0]];
    for comment in [
        "Lattice=[[5, 1, 2], [0, 6, 3], [0, 0, 7]] pbc=[T, T, T]",
        "pbc=[T,T,T] Lattice=[[5,1,2],[0,6,3],[0,0,7]]",
        "Lattice = [5, 1, 2, 0, 6, 3, 0, 0, 7]",
        "Lattice={5 1 2 0 6 3 0 0 7} pbc={T T T}",
        "Lattice=\"[[5, 1, 2], [0, 6, 3], [0, 0, 7]]\"",
        "stress=[[1, 0], [0, 1]] tags=[\"a] Lattice=x\", \"b [\"] Lattice=\"5 1 2 0 6 3 0 0 7\"",
    ] {
        let comment = format!("{comment} Properties=species:S:1:pos:R:3 label=end");
        let file = file("x.xyz", &extended(&comment));
        assert_eq!(crystal(&file).lattice().rows(), &rows, "{comment}");
        assert_eq!(labels(&file), ["end"]);
    }
    let wire = file("x.xyz", &extended("Lattice=[[0, 0, 0], [0, 0, 0], [0, 0, 7]] pbc=[False, F, True]"));
    assert!(has_note(&wire, "it is shown as a molecule"));
    for value in ["[[5, 0, 0], [0, 5, 0], [0, 0, 5]", "{5 0 0 0 5 0 0 0 5", "[\""] {
        let text = extended(&format!("Lattice={value}"));
        assert!(message("x.xyz", &text).contains("line 2: the value of `Lattice` has no closing bracket"), "{value}");
    }
    assert!(message("x.xyz", &extended("Lattice=[[5, 0, 0], [0, 5]]")).contains("line 2: a component of the lattice"));
}

#[test]
fn odd_quotes_in_brackets_are_letters() {
    let lattice = "Lattice=\"5 0 0 0 6 0 0 0 7\"";
    for comment in [
        format!("note=[5\" pipe] {lattice}"),
        format!("{lattice} note={{\"}} label=end"),
        format!("a=[\"] {lattice} label=\"end\""),
        format!("a=[5\"] {lattice} b=[6\"]"),
        format!("a=[\"] {lattice} b=[\"] c=[[\"x]\"]"),
    ] {
        let file = file("x.xyz", &extended(&comment));
        assert_eq!(crystal(&file).lattice().lengths(), [5.0, 6.0, 7.0], "{comment}");
    }
    // Each would be looked for to the end of the line.
    let many = "a=[\"] [\" ".repeat(MAX_LINE / 12);
    let text = extended(&format!("{many} {lattice}")).repeat(50);
    let start = std::time::Instant::now();
    assert_eq!(file("x.xyz", &text).trajectory.frames.len(), 50);
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn vacancies_are_left_out() {
    let text = "3\nProperties=species:S:1:pos:R:3:forces:R:3\nH 0 0 0 1 0 0\nVa 1 0 0 2 0 0\nVac 2 0 0 3 0 0\n";
    let file = file("x.xyz", text);
    assert_eq!((symbols(&file), file.notes), (vec!["H"], vec!["Vacancies are no atoms and are left out.".to_owned()]));
    assert_eq!(file.trajectory.frames[0].vectors.as_ref().unwrap().values, [[1.0, 0.0, 0.0]]);
}

#[test]
fn text_after_the_atoms_is_left_out_with_a_note() {
    let told = "2\nfirst\nH 0 0 0\nH 0 0 1\n  \nSame information as above printed with atom number.\n   1 H 0 0 0\n";
    let file = file("x.xyz", told);
    assert_eq!((labels(&file), symbols(&file)), (vec!["first"], vec!["H", "H"]));
    assert_eq!(file.notes, ["What follows the atoms, from line 6 on, was left out."]);
    // A blank line between frames is none of this.
    let two = read("x.xyz", b"1\na\nH 0 0 0\n\n\n1\nb\nHe 0 0 0\n\n").unwrap();
    assert_eq!((labels(&two), two.notes.len()), (vec!["a", "b"], 0));
    assert!(two.trajectory.frames.iter().all(|frame| matches!(frame.structure, Structure::Molecule(_))));
    // Directly after the atoms, it is an atom more than was announced; at the beginning, there are no atoms before.
    assert!(message("x.xyz", "1\n\nH 0 0 0\nH 0 0 1\n").contains("line 4: the number of atoms is `H`"));
    assert!(message("x.xyz", "\nwords\n1\n\nH 0 0 0\n").contains("line 2: the number of atoms is `words`"));
}
