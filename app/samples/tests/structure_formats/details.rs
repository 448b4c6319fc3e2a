//! What the formats allow.

use samples::structure::formats::{FormatError, StructureFile, StructureFormat, read};

use super::{crystal, molecule};

const CELL: &str = "_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n\
    _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";

fn cif(body: &str) -> String {
    format!("data_x\n{CELL}{body}")
}

#[test]
fn a_cif_without_a_loop_has_one_site() {
    let file = read(
        "x",
        cif("_atom_site_label Po1\n_atom_site_fract_x 0\n_atom_site_fract_y 0.0(1)\n_atom_site_fract_z .5\n")
            .as_bytes(),
    );
    assert_eq!(crystal(&file.unwrap()).fractional_coordinates(), [[0.0, 0.0, 0.5]]);
}

#[test]
fn a_centred_cubic_group_is_expanded() {
    let body = "_symmetry_space_group_name_H-M 'F m -3 m'\nloop_\n_atom_site_label\n_atom_site_fract_x\n\
        _atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\nCl1 0.5 0.5 0.5\n";
    let file = read("x", cif(body).as_bytes()).unwrap();
    assert_eq!(crystal(&file).elements().len(), 8);
}

#[test]
fn special_positions_with_rounded_thirds_are_one_atom() {
    let text = "data_mg\n_cell_length_a 3.2094\n_cell_length_b 3.2094\n_cell_length_c 5.2108\n_cell_angle_alpha 90\n\
        _cell_angle_beta 90\n_cell_angle_gamma 120\n_space_group_IT_number 194\nloop_\n_atom_site_type_symbol\n\
        _atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nMg2+ 0.3333 0.6667 0.25\n";
    let file = read("mg.cif", text.as_bytes()).unwrap();
    let coordinates = crystal(&file).fractional_coordinates();
    assert_eq!(coordinates.len(), 2);
    // At the middle of their images they are where symmetry wants them.
    assert!((coordinates[0][0] - 1.0 / 3.0).abs() < 1e-12 && (coordinates[0][1] - 2.0 / 3.0).abs() < 1e-12);
}

#[test]
fn of_two_origins_the_one_with_special_positions_is_meant() {
    for (at, origin) in [(0.0, 1), (0.125, 2)] {
        let body = format!(
            "_symmetry_space_group_name_H-M 'F d -3 m'\n_atom_site_label Si\n_atom_site_fract_x {at}\n\
             _atom_site_fract_y {at}\n_atom_site_fract_z {at}\n"
        );
        let file = read("si.cif", cif(&body).as_bytes()).unwrap();
        assert_eq!(crystal(&file).elements().len(), 8);
        assert!(file.notes[0].contains(&format!("setting {origin})")), "{:?}", file.notes);
    }
}

#[test]
fn mmcif_is_a_molecule() {
    let text = "data_1abc\nloop_\n_atom_site.type_symbol\n_atom_site.label_alt_id\n_atom_site.Cartn_x\n\
        _atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.pdbx_PDB_model_num\nN . 1 2 3 1\nC A 2 2 3 1\nC B 2.1 2 3 1\nN . 1 2 3 2\n";
    let file = read("1abc.cif", text.as_bytes()).unwrap();
    assert_eq!(molecule(&file).elements().len(), 2);
    assert_eq!(file.notes.len(), 2);
}

#[test]
fn mmcif_keeps_the_first_location_of_each_atom() {
    let names = ["type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id", "label_seq_id"];
    let file = |authors: bool, rows: &[(&str, f64)]| {
        let mut text = "data_1abc\nloop_\n".to_owned();
        names.iter().for_each(|name| text.push_str(&format!("_atom_site.{name}\n")));
        text.push_str("_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n");
        if authors {
            text.push_str("_atom_site.auth_seq_id\n");
        }
        for (number, (row, x)) in rows.iter().enumerate() {
            text.push_str(&format!("{row} {x} 0 0 {}\n", if authors { number.to_string() } else { String::new() }));
        }
        read("1abc.cif", text.as_bytes()).unwrap()
    };
    let kept = |file: &StructureFile| molecule(file).positions().iter().map(|p| p[0]).collect::<Vec<_>>();
    let note = "Alternate locations other than the first are left out.";
    let rows = [("C CA B ALA A 1", 1.0), ("C CB B ALA A 1", 2.0), ("C CB A ALA A 1", 3.0), ("C CA A ALA A 2", 4.0)];
    let alternatives = file(false, &rows);
    assert_eq!((kept(&alternatives), &alternatives.notes[..]), (vec![1.0, 2.0, 4.0], &[note.to_owned()][..]));
    let alone = file(false, &[rows[0], rows[1]]);
    assert_eq!((kept(&alone), alone.notes.len()), (vec![1.0, 2.0], 0));
    // Waters are told apart by the authors' numbers alone.
    let waters = [("O O B HOH A .", 1.0), ("O O A HOH A .", 5.0)];
    assert_eq!(kept(&file(true, &waters)), [1.0, 5.0]);
    assert_eq!(kept(&file(false, &waters)), [1.0]);
}

#[test]
fn magnetic_operations_and_centrings_make_the_cell() {
    let body = "loop_\n_space_group_symop_magn_operation.id\n_space_group_symop_magn_operation.xyz\n\
        1 x,y,z,+1\n2 -x,-y,z,-1\nloop_\n_space_group_symop_magn_centering.id\n_space_group_symop_magn_centering.xyz\n\
        1 x,y,z,+1\n2 x+1/2,y+1/2,z+1/2,-1\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n\
        _atom_site_fract_y\n_atom_site_fract_z\nMn1 Mn 0.125 0.25 0\nO1 O 0 0 0.25\n";
    let file = read("x.mcif", cif(body).as_bytes()).unwrap();
    let expected = [
        [0.125, 0.25, 0.0],
        [0.625, 0.75, 0.5],
        [0.875, 0.75, 0.0],
        [0.375, 0.25, 0.5],
        [0.0, 0.0, 0.25],
        [0.5, 0.5, 0.75],
    ];
    assert_eq!((crystal(&file).fractional_coordinates(), file.notes.len()), (&expected[..], 0));
    // Either list may be there alone.
    let centred = body.replace("operation", "other");
    assert_eq!(crystal(&read("x.mcif", cif(&centred).as_bytes()).unwrap()).elements().len(), 4);
    let primitive = body.replace("centering", "other");
    assert_eq!(crystal(&read("x.mcif", cif(&primitive).as_bytes()).unwrap()).elements().len(), 3);
}

#[test]
fn poscar_scales() {
    let poscar = |scale: &str, mode: &str, at: &str| {
        format!("x\n{scale}\n1 0 0\n0 2 0\n0 0 4\nNa_pv Cl\n1 1\nSelective\n{mode}\n0 0 0 T T F\n{at} F F F\n")
    };
    let volume = read("POSCAR", poscar("-64.0", "Direct", "0.5 0.5 0.5").as_bytes()).unwrap();
    assert!((crystal(&volume).lattice().volume() - 64.0).abs() < 1e-9);
    let scaled = read("CONTCAR", poscar("2.0", "Cartesian", "0.5 1 2").as_bytes()).unwrap();
    assert_eq!(crystal(&scaled).fractional_coordinates()[1], [0.5; 3]);
    assert_eq!(scaled.notes.len(), 1);
    let three = read("a.vasp", poscar("2 1 0.5", "kartesian", "0.5 1 2").as_bytes()).unwrap();
    assert_eq!(crystal(&three).lattice().lengths(), [2.0, 2.0, 2.0]);
    assert_eq!(crystal(&three).fractional_coordinates()[1], [0.5; 3]);
}

#[test]
fn frames_make_a_trajectory() {
    let text = "1\nfirst\nH 0 0 0\n2\nsecond\n8 0 0 0\nH 0 0 1\n\n";
    let file = read("movie.xyz", text.as_bytes()).unwrap();
    let labels: Vec<&str> = file.trajectory.frames.iter().map(|frame| frame.label.as_str()).collect();
    assert_eq!(labels, ["first", "second"]);
    assert_eq!(file.trajectory.frames[1].structure.elements()[0].symbol(), "O");
}

#[test]
fn extended_xyz_columns_are_found_by_name() {
    let text = "1\nProperties=id:I:1:pos:R:3:species:S:1 Lattice=\"2 0 0 0 2 0 0 0 2\" pbc=\"T T F\" energy=-1.5\n7 1 1 1 Si\n";
    let file = read("x.xyz", text.as_bytes()).unwrap();
    assert_eq!(crystal(&file).fractional_coordinates(), [[0.5; 3]]);
    assert_eq!(file.notes.len(), 1);
    let open = text.replace("T T F", "F F F");
    assert_eq!(molecule(&read("x.xyz", open.as_bytes()).unwrap()).positions(), [[1.0; 3]]);
}

#[test]
fn molfile_charges() {
    let text = "title\n\n\n  2  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 N   0  3  0\n\
                \x20   1.0000    0.0000    0.0000 O   0  5  0\n  1  2  1  0\n";
    let old = read("a.mol", format!("{text}M  END\n").as_bytes()).unwrap();
    assert_eq!(molecule(&old).charges(), [1, -1]);
    let new = read("a.mol", format!("{text}M  CHG  1   2   2\nM  END\n$$$$\n").as_bytes()).unwrap();
    assert_eq!(molecule(&new).charges(), [0, 2]);
    let two = read("a.sdf", format!("{text}M  END\n> <x>\nM  CHG\n\n$$$$\n{text}M  END\n$$$$\n").as_bytes()).unwrap();
    assert_eq!(two.trajectory.frames.len(), 2);
}

#[test]
fn pdb_names_and_models() {
    let atom = |name: &str, x: f64| format!("HETATM    1 {name} LIG A   1    {x:8.3}   0.000   0.000  1.00  0.00\n");
    let text = format!(
        "MODEL        1\n{}{}ENDMDL\nMODEL        2\n{}{}ENDMDL\n",
        atom(" CA ", 0.0),
        atom("CA  ", 3.0),
        atom("HG11", 0.0),
        atom("FE  ", 3.0)
    );
    let file = read("x.pdb", text.as_bytes()).unwrap();
    let symbols = |frame: usize| -> Vec<&str> {
        file.trajectory.frames[frame].structure.elements().iter().map(|element| element.symbol()).collect()
    };
    assert_eq!((symbols(0), symbols(1)), (vec!["C", "Ca"], vec!["H", "Fe"]));
}

/// An atom's record with its number, mark of an alternate location, residue and x.
fn pdb_atom(serial: &str, name: &str, location: &str, residue: &str, x: f64) -> String {
    format!(
        "HETATM{serial:>5} {name:<4}{location:1}{residue:3} A   1    {x:8.3}   0.000   0.000  1.00  0.00           C\n"
    )
}

#[test]
fn pdb_keeps_the_first_location_of_each_atom() {
    let kept = |rows: &[(&str, &str, &str, f64)]| {
        let text: String =
            rows.iter().map(|(name, location, residue, x)| pdb_atom("1", name, location, residue, *x)).collect();
        let file = read("x.pdb", text.as_bytes()).unwrap();
        let positions = molecule(&file).positions().iter().map(|p| p[0]).collect::<Vec<_>>();
        (positions, file.notes.iter().filter(|note| note.contains("Alternate locations")).count())
    };
    assert_eq!(kept(&[("CA", "B", "ALA", 1.0), ("CB", "", "ALA", 2.0)]), (vec![1.0, 2.0], 0));
    assert_eq!(kept(&[("CA", "A", "ALA", 1.0), ("CA", "B", "ALA", 2.0)]), (vec![1.0], 1));
    assert_eq!(kept(&[("CA", "B", "ALA", 1.0), ("CA", "A", "ALA", 2.0)]), (vec![1.0], 1));
    // Two residues in one place, as in 1EJG.
    assert_eq!(kept(&[("CB", "A", "PRO", 1.0), ("CB", "B", "SER", 2.0), ("OG", "B", "SER", 3.0)]), (vec![1.0], 1));
    // Every model has its own.
    let model = format!("MODEL\n{}ENDMDL\n", pdb_atom("1", "CA", "B", "ALA", 1.0));
    let other = model.replace("BALA", "AALA");
    assert_eq!(read("x.pdb", format!("{model}{other}").as_bytes()).unwrap().trajectory.frames.len(), 2);
}

#[test]
fn pdb_numbers_beyond_five_digits() {
    let found = |serials: [&str; 3], conect: &str| {
        let atoms: String =
            serials.iter().zip([0.0, 9.0, 18.0]).map(|(serial, x)| pdb_atom(serial, "C", "", "LIG", x)).collect();
        let file = read("x.pdb", format!("{atoms}{conect}").as_bytes()).unwrap();
        let bonds: Vec<[u32; 2]> = molecule(&file).bonds().iter().map(|bond| bond.atoms).collect();
        (bonds, file.notes.len())
    };
    assert_eq!(found(["99999", "A0000", "A0001"], "CONECT99999A0000\nCONECTA0000A0001\n"), (vec![[0, 1], [1, 2]], 0));
    assert_eq!(found(["ZZZZZ", "a0000", "zzzzz"], "CONECTZZZZZa0000zzzzz\n"), (vec![[0, 1], [0, 2]], 0));
    // `A0000` is 100 000 and `a0000` another.
    assert_eq!(found(["1", "A0000", "a0000"], "CONECT    1a0000\n"), (vec![[0, 2]], 0));
    assert_eq!(found(["1", "*****", "2"], "CONECT    1*****    2\nCONECT*****    2\n"), (vec![[0, 2]], 1));
    for bad in ["Aa000", "A000", "A-000", "-1", "1.5"] {
        assert_eq!(found(["1", bad, "2"], &format!("CONECT    1{bad:>5}\n")), (vec![], 1), "{bad}");
    }
}

#[test]
fn content_decides_before_names() {
    assert_eq!(
        read(
            "x.txt",
            cif("loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z Si 0 0 0").as_bytes()
        )
        .unwrap()
        .format,
        StructureFormat::Cif
    );
    assert_eq!(read("noname", include_bytes!("../structures/benzene.mol2")).unwrap().format, StructureFormat::Mol2);
    assert_eq!(read("noname", include_bytes!("../structures/glycine.pdb")).unwrap().format, StructureFormat::Pdb);
    assert_eq!(read("noname", include_bytes!("../structures/cyclohexane.xyz")).unwrap().format, StructureFormat::Xyz);
    assert_eq!(
        read("noname", include_bytes!("../structures/BaTiO3-tetragonal.poscar")).unwrap().format,
        StructureFormat::Poscar
    );
    assert!(matches!(read("noname", b"hello"), Err(FormatError::Unrecognised(_))));
}
