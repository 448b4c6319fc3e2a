//! CIFs and POSCARs as they are found: what is completed, what is left out, what is said of it.

use samples::structure::{
    Crystal,
    formats::{StructureFile, StructureFormat, read},
};

use super::{crystal, message};

const CELL: &str = "_cell_length_a 5\n_cell_length_b 5\n_cell_length_c 5\n\
    _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";

/// The names of a loop of atoms, with more after the coordinates.
fn columns(more: &[&str]) -> String {
    let names = ["label", "fract_x", "fract_y", "fract_z"].iter().chain(more);
    names.fold("loop_\n".to_owned(), |text, name| format!("{text}_atom_site_{name}\n"))
}

fn text(items: &str, rows: &str) -> String {
    format!("data_t\n{CELL}{items}{}{rows}", columns(&[]))
}

fn cif(text: &str) -> StructureFile {
    read("t.cif", text.as_bytes()).unwrap()
}

fn symbols(file: &StructureFile) -> Vec<&'static str> {
    crystal(file).elements().iter().map(|element| element.symbol()).collect()
}

fn has_note(file: &StructureFile, part: &str) -> bool {
    file.notes.iter().any(|note| note.contains(part))
}

/// The element, occupancies included, of each mixed site.
fn mixed(crystal: &Crystal) -> Vec<Vec<(&'static str, f64)>> {
    let shares = crystal.mixed_sites().iter().map(|site| site.shares.iter());
    shares.map(|shares| shares.map(|share| (share.element.symbol(), share.occupancy)).collect()).collect()
}

#[test]
fn labels_in_capitals_are_of_the_elements_listed() {
    let rows = "FE1 0 0 0\nO1 .5 .5 .5\n";
    for items in [
        "_chemical_formula_sum 'Fe O'\n",
        "_chemical_formula_sum '(Fe0.9 Mg0.1) O1'\n",
        "_chemical_formula_sum 'FE2 O3'\n",
        "_chemical_formula_sum Fe2O3\n",
        "loop_\n_atom_type_symbol\n_atom_type_oxidation_number\nFe3+ 3\nO2- -2\n",
    ] {
        let file = cif(&text(items, rows));
        assert_eq!((symbols(&file), file.notes.len()), (vec!["Fe", "O"], 1), "{items}");
        // The list may follow the atoms.
        let file = cif(&(text("", rows) + items));
        assert_eq!(symbols(&file), ["Fe", "O"], "{items}");
    }
    for (formula, label, element) in [
        ("C5 H13 Cl N2 O2", "CL1", "Cl"),
        ("C5 H13 Cl N2 O2", "CA", "C"),
        ("C28 H10 Co4 O12", "CO(1)", "Co"),
        ("C28 H10 O12", "CO1", "C"),
        ("C10 H20 Cl N O3", "HO1", "H"),
        ("Ho2 O3", "HO1", "Ho"),
        ("Ti O2", "TI1", "Ti"),
        ("Si O2", "Fe1", "Fe"),
    ] {
        let file = cif(&text(&format!("_chemical_formula_sum '{formula}'\n"), &format!("{label} 0 0 0\n")));
        assert_eq!((symbols(&file), file.notes.len()), (vec![element], 1), "{label} in {formula}");
    }
    for items in ["", "_chemical_formula_sum 'Si O2'\n"] {
        let file = cif(&text(items, rows));
        assert_eq!(symbols(&file), ["F", "O"]);
        assert!(has_note(&file, "Labels with `FE` may be of F or Fe"), "{:?}", file.notes);
    }
    // A type goes before the label.
    let typed = format!("data_t\n{CELL}_chemical_formula_sum 'F'\n{}CO1 0 0 0 FE\n", columns(&["type_symbol"]));
    assert_eq!(symbols(&cif(&typed)), ["Fe"]);
}

#[test]
fn labels_of_water_and_hydroxyl_are_of_their_first_letter() {
    for (label, element) in [
        ("Wat1", "O"),
        ("WatOW", "O"),
        ("WAT1", "O"),
        ("Ow", "O"),
        ("Oh1", "O"),
        ("Oa1", "O"),
        ("Hw", "H"),
        ("HwL", "H"),
        ("Dw", "H"),
        ("Sl", "S"),
    ] {
        for items in ["", "_chemical_formula_sum 'Ca S O6 H4'\n"] {
            let file = cif(&text(items, &format!("{label} 0 0 0\n")));
            let letters = label.trim_end_matches(char::is_numeric);
            assert_eq!(symbols(&file), [element], "{label}");
            assert!(
                has_note(&file, &format!("Sites labelled `{letters}` are shown as {element}.")),
                "{:?}",
                file.notes
            );
        }
    }
    assert_eq!(symbols(&cif(&text("", "W1 0 0 0\nOs1 .5 0 0\nHo1 0 .5 0\n"))), ["W", "Os", "Ho"]);
    // Not of an element that the file does not have, nor of a vacancy, a tetrahedral site or a placeholder.
    for (items, label) in [
        ("_chemical_formula_sum 'Fe Si'\n", "Oh1"),
        ("_chemical_formula_sum 'V O'\n", "Va1"),
        ("_chemical_formula_sum 'Si O2'\n", "T1"),
        ("", "Xx1"),
    ] {
        assert!(message("t.cif", &text(items, &format!("{label} 0 0 0\n"))).contains("is not a chemical element"));
    }
    let typed = |symbol: &str| format!("data_t\n{CELL}{}X1 0 0 0 {symbol}\n", columns(&["type_symbol"]));
    for symbol in ["Ow", "Wat", "H2O", "OH2"] {
        assert_eq!(symbols(&cif(&typed(symbol))), ["O"], "{symbol}");
        assert!(has_note(&cif(&typed(symbol)), &format!("Sites of type `{symbol}` are shown as O.")));
    }
    // In a label it is the second hydrogen of an oxygen.
    assert_eq!(symbols(&cif(&text("", "H2O 0 0 0\n"))), ["H"]);
    assert!(message("t.cif", &typed("Og")).contains("line 14: `Og` is not a chemical element"));
    assert!(has_note(&cif(&text("", "D1 0 0 0\n")), "Deuterium"));
}

#[test]
fn vacancies_are_left_out() {
    let note = "Vacancies are no atoms and are left out.";
    let typed = |symbol: &str| format!("data_t\n{CELL}{}Fe1 0 0 0 Fe\nX1 .5 0 0 {symbol}\n", columns(&["type_symbol"]));
    for symbol in ["Va", "VA", "Vac", "va", "Va0+"] {
        assert_eq!(symbols(&cif(&typed(symbol))), ["Fe"], "{symbol}");
        assert!(has_note(&cif(&typed(symbol)), note), "{symbol}");
    }
    assert_eq!(symbols(&cif(&typed("V"))), ["Fe", "V"]);
    // A type may be a copy of the label of a vanadium.
    let listed = |symbol: &str| typed(symbol).replace("loop_", "_chemical_formula_sum 'Fe V'\nloop_");
    assert_eq!(symbols(&cif(&listed("VA1"))), ["Fe", "V"]);
    assert_eq!(symbols(&cif(&listed("Va"))), ["Fe"]);
    // A label may be of vanadium.
    let labelled = |items: &str, label: &str| {
        let file = cif(&text(items, &format!("Fe1 0 0 0\n{label} .5 0 0\n")));
        (symbols(&file), has_note(&file, note))
    };
    assert_eq!(labelled("", "Vac1"), (vec!["Fe"], true));
    assert_eq!(labelled("_chemical_formula_sum 'Fe O'\n", "Va1"), (vec!["Fe"], true));
    assert_eq!(labelled("_chemical_formula_sum 'Fe O'\n", "VA1"), (vec!["Fe"], true));
    assert_eq!(labelled("_chemical_formula_sum 'Fe V'\n", "VA1"), (vec!["Fe", "V"], false));
    assert_eq!(labelled("", "VA1"), (vec!["Fe", "V"], false));
    assert_eq!(labelled("_chemical_formula_sum 'Fe V'\n", "Vac1"), (vec!["Fe"], true));
    // A share of a site, and all there is.
    let shared = cif(&typed("'0.75Si + 0.25Va'"));
    assert_eq!((symbols(&shared), mixed(crystal(&shared))), (vec!["Fe", "Si"], vec![vec![("Si", 0.75)]]));
    assert!(has_note(&cif(&typed("'0.5Va + 0.5Va'")), note));
    assert!(message("t.cif", &text("", "Vac1 0 0 0\n")).contains("holds no structure"));
    let two = format!("{}{}", text("", "Vac1 0 0 0\n"), text("", "Fe1 0 0 0\n").replace("data_t", "data_u"));
    assert_eq!((symbols(&cif(&two)), has_note(&cif(&two), note)), (vec!["Fe"], true));
    let poscar = "x\n1.0\n5 0 0\n0 5 0\n0 0 5\nFe Va O\n1 2 1\nDirect\n0 0 0\n.1 0 0\n.2 0 0\n.3 0 0\n";
    let file = read("POSCAR", poscar.as_bytes()).unwrap();
    assert_eq!((symbols(&file), has_note(&file, note)), (vec!["Fe", "O"], true));
    assert_eq!(crystal(&file).fractional_coordinates(), [[0.0; 3], [0.3, 0.0, 0.0]]);
}

#[test]
fn version_2_has_lists_tables_and_triple_quotes() {
    let version_2 = |text: &str| format!("#\\#CIF_2.0\n{text}");
    let rows = "Fe1 0 0 0\nO1 .5 .5 .5\n";
    for items in [
        "_a.list [1 2 'three ] four' \"]\"]\n",
        "_a.list [\n[1 0][0 1]\n# a comment ]\n\n;text ]\n; ] \n",
        "_a.table {'a]':1 \"b\":'two }' 'c':[1 {'d':'''}'''}]\n'e':\n;}\n;\n}\n",
        "_a.empty [] _b.empty {}\n",
        "_a.text '''it's\n_cell_length_a 'x'' \nloop_'''\n",
        "_a.text \"\"\"\nthe \"first\"\n;\nthe second\n\"\"\"\n",
        "_a.text '''one line''' _b.text '''''' # a comment\n",
        "loop_\n_a.id\n_a.list\n_a.text\n1 [a b] '''x'''\n2 {'k':v} y\n",
        "_a.b[1][2] 5\n",
    ] {
        let file = cif(&version_2(&text(items, rows)));
        assert_eq!((symbols(&file), file.notes.len()), (vec!["Fe", "O"], cif(&text("", rows)).notes.len()), "{items}");
    }
    // What is read may be in three quotes.
    let named = text("_chemical_formula_sum \"\"\"\nC12 H10\nCl2\"\"\"\n", "'''CL1''' 0 0 0\n");
    assert_eq!(symbols(&cif(&version_2(&named))), ["Cl"]);
    for (items, expected) in [
        ("_a.list [1 [2 3]\n", "line 9: the list or table is not closed"),
        ("_a.text '''x\n", "line 9: the three quotes are not closed by three more"),
        ("_cell_length_a [5 5]\n", "line 9: `[5 5]` is not a number"),
    ] {
        let message = message("t.cif", &version_2(&text(items, rows)));
        assert!(message.contains(expected), "{message}");
    }
    // In version 1.1 these are letters and quotes.
    let file = cif(&text("_a.list [1\n_b.list 2]\n_c.text '''x'\n", "Fe1 0 0 0\n'O1[' .5 .5 .5\n"));
    assert_eq!(symbols(&file), ["Fe", "O"]);
}

#[test]
fn dummy_sites_are_left_out() {
    let rows = "Fe1 0 0 0 1 d\nH1 -1 -1 -1 2 dum\nCp1 .1 .1 .1 1 dum\nX1 . . . . dum\nO1 .5 .5 .5 1 calc\n";
    let file = cif(&format!("data_t\n{CELL}{}{rows}", columns(&["occupancy", "calc_flag"])));
    assert_eq!(symbols(&file), ["Fe", "O"]);
    assert!(has_note(&file, "Dummy sites"));
    let typed = format!("data_t\n{CELL}{}Fe1 0 0 0 Fe\nX1 .5 0 0 dummy\n", columns(&["type_symbol"]));
    assert_eq!(symbols(&cif(&typed)), ["Fe"]);
}

#[test]
fn coordinates_given_as_a_dot_are_zero() {
    let file = cif(&text("", "F1 .5 . .\nMn1 . . .\nK1 ? .5 .5\n"));
    assert_eq!(symbols(&file), ["F", "Mn"]);
    assert_eq!(crystal(&file).fractional_coordinates(), [[0.5, 0.0, 0.0], [0.0; 3]]);
    assert!(has_note(&file, "given as `.`") && has_note(&file, "without coordinates"));
    // Cartesian coordinates are better than none.
    let both = ["x", "y", "z"].map(|axis| format!("_atom_site_Cartn_{axis}\n")).concat();
    let file = cif(&format!("data_t\n{}{both}C1 . . . 1 2 3\n", columns(&[])));
    assert_eq!(super::molecule(&file).positions(), [[1.0, 2.0, 3.0]]);
}

#[test]
fn shares_at_equivalent_places_are_of_one_site() {
    let inversion = "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,-z\n";
    let shared = |rows: &str| cif(&format!("data_t\n{CELL}{inversion}{}{rows}", columns(&["occupancy"])));
    let file = shared("Al1 .1 .2 .3 .5\nSi1 -.1 -.2 -.3 .5\n");
    assert_eq!(mixed(crystal(&file)), [[("Al", 0.5), ("Si", 0.5)], [("Al", 0.5), ("Si", 0.5)]]);
    assert!(has_note(&file, "shared by Al (0.5) and Si (0.5); it is shown as Al"));
    // The share listed last may be the largest.
    let file = shared("Al1 .1 .2 .3 .3\nSi1 .9 .8 .7 .6\n");
    assert_eq!(mixed(crystal(&file)), [[("Si", 0.6), ("Al", 0.3)], [("Si", 0.6), ("Al", 0.3)]]);
    assert_eq!(symbols(&file), ["Si"; 2]);
    // Of one element: they add up, here to full sites.
    let file = shared("Fe1 .1 .2 .3 .5\nFe2 -.1 -.2 -.3 .5\n");
    assert_eq!((symbols(&file), mixed(crystal(&file)).len(), file.notes.len()), (vec!["Fe"; 2], 0, 0));
    let file = shared("Fe1 .1 .2 .3 .5\nFe2 -.1 -.2 -.3 .25\nO1 .4 .4 .4 1\n");
    assert_eq!(mixed(crystal(&file)), [[("Fe", 0.75)], [("Fe", 0.75)]]);
    // There is no room for more than one: the file lists all atoms of the cell beside the operations.
    let file = shared("Fe1 .1 .2 .3 .6\nNi1 .1 .2 .3 .4\nFe2 .9 .8 .7 .6\nNi2 .9 .8 .7 .4\n");
    assert_eq!(mixed(crystal(&file)), [[("Fe", 0.6), ("Ni", 0.4)], [("Fe", 0.6), ("Ni", 0.4)]]);
    // A share beside a full site, and full copies.
    let file = shared("Fe1 .1 .2 .3 1\nNi1 .9 .8 .7 .1\n");
    assert_eq!(mixed(crystal(&file)), [[("Fe", 1.0), ("Ni", 0.1)], [("Fe", 1.0), ("Ni", 0.1)]]);
    let file = shared("Fe1 .1 .2 .3 1\nFe2 .9 .8 .7 1\nO1 .4 .4 .4 .5\n");
    assert_eq!(symbols(&file), ["Fe", "Fe", "O", "O"]);
}

#[test]
fn types_may_be_of_several_elements() {
    let columns = columns(&["occupancy", "type_symbol"]);
    let file = cif(&format!("data_t\n{CELL}{columns}M1 0 0 0 1 '0.75(2)Si + 0.25Al3+'\nO .5 0 0 1 O\n"));
    assert_eq!(mixed(crystal(&file)), [[("Si", 0.75), ("Al", 0.25)]]);
    let half = cif(&format!("data_t\n{CELL}{columns}M1 0 0 0 0.5 '0.75Si + 0.25Al'\n"));
    assert_eq!(mixed(crystal(&half)), [[("Si", 0.375), ("Al", 0.125)]]);
    for symbol in ["0.75Si + 0.25", "0.75Si + Al", "0.75 + 0.25Al", "7Si + 1Al", "0.5Xx + 0.5Al", "0.75"] {
        let text = format!("data_t\n{CELL}{columns}M1 0 0 0 1 '{symbol}'\n");
        assert!(message("t.cif", &text).contains("is not a chemical element"), "{symbol}");
    }
}

#[test]
fn a_number_stands_in_for_an_unknown_name() {
    let named = |name: &str, number: i32| {
        text(&format!("_symmetry_space_group_name_H-M '{name}'\n_symmetry_Int_Tables_number {number}\n"), "Fe1 0 0 0\n")
    };
    let file = cif(&named("F m 3 m (cubic)", 225));
    assert_eq!(crystal(&file).elements().len(), 4);
    assert!(has_note(&file, "`F m 3 m (cubic)` is not known by this name") && has_note(&file, "no. 225"));
    assert!(!has_note(&cif(&named("F m 3 m", 225)), "by this name"));
    // The lattice of the name must be that of the group's settings.
    let refused = "no setting of the space group named fits the cell";
    assert!(message("t.cif", &named("F 1 2/m 1", 12)).contains(refused));
    assert!(message("t.cif", &named("P 1", 225)).contains(refused));
}

#[test]
fn a_number_that_no_group_has_matters_only_if_nothing_else_is_known() {
    for number in ["0", "seven", "231", "'?'"] {
        let number = format!("_space_group_IT_number {number}\n");
        let listed = text(&format!("{number}loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,-z\n"), "Fe1 .1 0 0\n");
        assert_eq!((symbols(&cif(&listed)), cif(&listed).notes.len()), (vec!["Fe"; 2], 0));
        let named = text(&format!("{number}_space_group_name_H-M_alt 'P -1'\n"), "Fe1 .1 0 0\n");
        assert_eq!(symbols(&cif(&named)), ["Fe"; 2]);
    }
    let alone = |number: &str| text(&format!("_space_group_IT_number {number}\n"), "Fe1 .1 0 0\n");
    assert!(message("t.cif", &alone("seven")).contains("line 8: `seven` is not a space group (1 to 230)"));
    assert!(has_note(&cif(&alone("'?'")), "gives no symmetry"));
    let unknown = text("_symmetry_space_group_name_H-M '?'\n_symmetry_space_group_name_Hall '.'\n", "Fe1 .1 0 0\n");
    assert!(has_note(&cif(&unknown), "gives no symmetry"));
}

#[test]
fn angles_are_right_by_default_and_lengths_have_no_default() {
    let whole = text("", "Fe1 .5 0 0\n");
    for without in [whole.replace("_cell_angle_gamma 90\n", ""), whole.replace("angle_beta 90", "angle_beta ?")] {
        let file = cif(&without);
        assert_eq!(crystal(&file).lattice().angles().map(f64::round), [90.0; 3]);
        assert!(has_note(&file, "taken as 90°"));
    }
    assert!(!has_note(&cif(&whole), "90°"));
    let short = whole.replace("_cell_length_b 5\n", "");
    assert!(message("t.cif", &short).contains("the fractional coordinates need `_cell_length_b`"));
}

#[test]
fn faults_far_from_the_atoms_are_passed_over() {
    let rows = "Fe1 0 0 0\nO1 .5 .5 .5\n";
    for (items, note) in [
        ("_journal_name_full \"Acta Cryst. B'\n", "The quote on line 8 is not closed"),
        ("_citation_author_name 'M. O'Keeffe',\n_journal_year 2002\n", "The quote on line 8 is not closed"),
        ("_cgraph_comments 'Crystal of\n\nY0.3 Co\n\n'\n", "Values without a name"),
        ("_cell_volume 125 A^3\n", "Values without a name"),
        ("_cell_formula_units_Z 4 2 # two\n_journal_year 2002\n", "Values without a name"),
        ("_symmetry_space_group_name_H-M 'P 1' P1\n", "Values without a name"),
        ("_publ_section_title\n_journal_year\n", "Names without a value"),
        (
            "loop_\n_citation_id\n_citation_year\n1 2002\n2\n",
            "The loop of line 8 ends in the middle of a row: 1 values",
        ),
    ] {
        let file = cif(&text(items, rows));
        assert_eq!(symbols(&file), ["Fe", "O"], "{items}");
        assert!(has_note(&file, note), "{:?}", file.notes);
    }
    let heading = text("", rows).replace("data_t", "a file\ndata_A structure of iron");
    assert_eq!((symbols(&cif(&heading)), has_note(&cif(&heading), "Values without a name")), (vec!["Fe", "O"], true));
    let after = text("", rows) + "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\nFe1 .1\nScript completed now\n";
    assert_eq!(symbols(&cif(&after)), ["Fe", "O"]);
    // A formula of which it is not clear where it ends decides nothing.
    assert!(has_note(&cif(&text("_chemical_formula_sum F Fe\n", "FE1 0 0 0\n")), "may be of F or Fe"));
}

#[test]
fn faults_close_to_the_atoms_are_refused() {
    let rows = "Fe1 0 0 0\n";
    for (text, expected) in [
        (text("_cell_length_a 5 .1\n", rows), "line 8: the value `.1` belongs to no name"),
        (text("_symmetry_space_group_name_H-M P 21/c\n", rows), "line 8: the value `21/c` belongs to no name"),
        (text("_symmetry_Int_Tables_number\n", rows), "line 8: `_symmetry_Int_Tables_number` has no value"),
        (text("loop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 x,y,z\n2\n", rows), "1 values are"),
        (text("", "'Fe1 0 0 0\n"), "line 13: `Fe1 0 0 0` has no closing quote"),
        (text("", "Fe1 0 0\n"), "line 13: the loop of line 8 ends in the middle of a row"),
    ] {
        assert!(message("t.cif", &text).contains(expected), "{}", message("t.cif", &text));
    }
}

#[test]
fn operations_may_have_fractional_coefficients() {
    // A threefold axis in the orthogonal axes a, a + 2b of a hexagonal lattice, centred by the operation after it.
    let cell = CELL.replace("length_b 5", "length_b 8.660254037844386");
    let operations = "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n'-1/2x-3/2y,1/2x-1/2y,z'\n'-1/2*x+3/2*y,-1/2x-1/2y,z'\n\
        x+1/2,y+1/2,z\n'-1/2x-3/2y+1/2,1/2x-1/2y+1/2,z'\n'-1/2x+3/2y+1/2,-1/2x-1/2y+1/2,z'\n";
    let file = cif(&format!("data_t\n{cell}{operations}{}Fe1 .1 .2 .3\nSi1 0 0 0\n", columns(&[])));
    assert_eq!(symbols(&file), [["Fe"; 6].as_slice(), &["Si"; 2]].concat());
    let positions = crystal(&file).positions();
    // All at the same distance of the axis that is next.
    let radius = |position: [f64; 3], axis: usize| {
        let [x, y, _]: [f64; 3] = std::array::from_fn(|k| position[k] - positions[axis][k]);
        [-5.0_f64, 0.0, 5.0]
            .iter()
            .flat_map(|dx| [-8.660254037844386, 0.0, 8.660254037844386].map(|dy| (x + dx).hypot(y + dy)))
            .fold(f64::INFINITY, f64::min)
    };
    let expected = radius(positions[0], 6);
    assert!((1..6).all(|atom| (radius(positions[atom], 6).min(radius(positions[atom], 7)) - expected).abs() < 1e-9));
    let stretched = operations.replace("1/2x-1/2y,z", "1/2x-1/3y,z");
    assert!(message("t.cif", &format!("data_t\n{cell}{stretched}")).contains("is not a symmetry operation"));
}

#[test]
fn many_shares_at_many_images_take_no_time() {
    let mut text = format!("data_t\n{}_symmetry_space_group_name_H-M 'F m -3 m'\n", CELL.replace(" 5\n", " 200\n"));
    text.push_str(&columns(&["occupancy"]));
    // Every one is at an image of the first.
    (0..50_000).for_each(|i| {
        let place = [".11 .23 .35", "-.35 .23 .11", ".61 -.73 .35", ".23 .11 -.35"][i % 4];
        text.push_str(&format!("{} {place} .00001\n", ["Al", "Si", "Fe", "Mg", "Ca"][i % 5]));
    });
    let start = std::time::Instant::now();
    let file = cif(&text);
    assert_eq!((crystal(&file).elements().len(), crystal(&file).mixed_sites()[0].shares.len()), (192, 5));
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn poscars_of_other_words() {
    let poscar = |comment: &str, symbol: &str, mode: &str| {
        format!("{comment}\n1.0\n5 0 0\n0 5 0\n0 0 5\n{symbol}\n1\n{mode}\n0.1 0.2 0.3\n")
    };
    // VASP takes any mode for `Direct` that does not begin with C or K.
    for mode in ["Direct", "Fractional", "fractional coordinates", "Lattice"] {
        let file = read("POSCAR", poscar("x", "Fe", mode).as_bytes()).unwrap();
        assert_eq!(crystal(&file).fractional_coordinates(), [[0.1, 0.2, 0.3]], "{mode}");
    }
    for mode in ["", "0.1 0.2 0.3", "-"] {
        assert!(message("POSCAR", &poscar("x", "Fe", mode)).contains("line 8"), "{mode}");
    }
    let file = read("POSCAR", poscar("x", "D", "Direct").as_bytes()).unwrap();
    assert!(has_note(&file, "Deuterium") && symbols(&file) == ["H"]);
    // The comment may be any text, and so may the rest of a line.
    let odd = poscar("data_x", "Fe", "Direct").replace("0 5 0", "0 5 0 V2000");
    for name in ["POSCAR", "POSCAR.3", "CONTCAR", "a.vasp", "a.poscar"] {
        assert_eq!(read(name, odd.as_bytes()).unwrap().format, StructureFormat::Poscar, "{name}");
    }
    assert_eq!(read("POSCAR", text("", "Fe1 0 0 0\n").as_bytes()).unwrap().format, StructureFormat::Cif);
}

#[test]
fn monoclinic_settings_have_short_names_of_their_own() {
    let monoclinic = CELL.replace("_cell_angle_beta 90", "_cell_angle_beta 100");
    for number in ["", "_symmetry_Int_Tables_number 14\n"] {
        for (name, glide) in [("P 21/n", [0.6, 0.3, 0.8]), ("P 21/c", [0.1, 0.3, 0.8]), ("P 1 21/a 1", [0.6, 0.3, 0.3])]
        {
            let items = format!("{monoclinic}{number}_symmetry_space_group_name_H-M '{name}'\n");
            let file = cif(&format!("data_t\n{items}{}Fe1 0.1 0.2 0.3\n", columns(&[])));
            let found = crystal(&file).fractional_coordinates();
            assert_eq!(found.len(), 4, "{name}");
            // The glide plane lies at y = ¼.
            let near = |f: &[f64; 3]| f.iter().zip(glide).all(|(x, y)| (x - y).abs() < 1e-9);
            assert!(found.iter().any(near), "{name}: {found:?}");
            assert!(!has_note(&file, "not known"), "{name}");
        }
    }
}

#[test]
fn a_formula_may_take_several_lines() {
    let file = cif(&text("_chemical_formula_sum\n;\nC12 H10\nCl2\n;\n", "CL1 0 0 0\n"));
    assert_eq!(symbols(&file), ["Cl"]);
}
