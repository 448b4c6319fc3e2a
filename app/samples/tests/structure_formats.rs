//! Structure files read and written: round trips, real files, and files that mean harm.

use proptest::prelude::*;
use samples::structure::{
    Bond, BondOrder, Crystal, Element, Frame, Lattice, Molecule, Structure, Trajectory,
    formats::{FormatError, MAX_BYTES, StructureFile, StructureFormat, read},
};

fn crystal(file: &StructureFile) -> &Crystal {
    match &file.trajectory.frames[0].structure {
        Structure::Crystal(crystal) => crystal,
        Structure::Molecule(_) => panic!("a molecule"),
    }
}

fn molecule(file: &StructureFile) -> &Molecule {
    match &file.trajectory.frames[0].structure {
        Structure::Molecule(molecule) => molecule,
        Structure::Crystal(_) => panic!("a crystal"),
    }
}

fn message(name: &str, text: &str) -> String {
    read(name, text.as_bytes()).unwrap_err().to_string()
}

macro_rules! sample {
    ($name:literal) => {
        read($name, include_bytes!(concat!("structures/", $name))).unwrap()
    };
}

mod real_files {
    use samples::structure::{Composition, bonds::perceive_crystal, symmetry::Symmetry};

    use super::*;

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
}

mod details {
    use super::*;

    const CELL: &str = "_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n\
        _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";

    fn cif(body: &str) -> String {
        format!("data_x\n{CELL}{body}")
    }

    #[test]
    fn a_cif_without_a_loop_has_one_site() {
        let file = read("x", cif("_atom_site_label Po1\n_atom_site_fract_x 0\n_atom_site_fract_y 0.0(1)\n_atom_site_fract_z .5\n").as_bytes());
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
        let text = format!("MODEL        1\n{}{}ENDMDL\nMODEL        2\n{}{}ENDMDL\n", atom(" CA ", 0.0), atom("CA  ", 3.0), atom("HG11", 0.0), atom("FE  ", 3.0));
        let file = read("x.pdb", text.as_bytes()).unwrap();
        let symbols = |frame: usize| -> Vec<&str> {
            file.trajectory.frames[frame].structure.elements().iter().map(|element| element.symbol()).collect()
        };
        assert_eq!((symbols(0), symbols(1)), (vec!["C", "Ca"], vec!["H", "Fe"]));
    }

    #[test]
    fn content_decides_before_names() {
        assert_eq!(read("x.txt", cif("loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z Si 0 0 0").as_bytes()).unwrap().format, StructureFormat::Cif);
        assert_eq!(read("noname", include_bytes!("structures/benzene.mol2")).unwrap().format, StructureFormat::Mol2);
        assert_eq!(read("noname", include_bytes!("structures/glycine.pdb")).unwrap().format, StructureFormat::Pdb);
        assert_eq!(read("noname", include_bytes!("structures/cyclohexane.xyz")).unwrap().format, StructureFormat::Xyz);
        assert_eq!(read("noname", include_bytes!("structures/BaTiO3-tetragonal.poscar")).unwrap().format, StructureFormat::Poscar);
        assert!(matches!(read("noname", b"hello"), Err(FormatError::Unrecognised(_))));
    }
}

mod hostile {
    use super::*;

    const CELL: &str = "_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n\
        _cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";

    #[test]
    fn announced_atoms_are_not_believed() {
        assert!(message("x.xyz", "1000000000\n\nH 0 0 0\n").contains("line 1: 1000000000 atoms are announced"));
        assert!(message("x.xyz", "99999999999999999999\n\n").contains("line 1"));
        assert!(message("x.xyz", "1000000\n\nH 0 0 0\n").contains("line 4: the file ends where an atom should be"));
        let poscar = "x\n1\n4 0 0\n0 4 0\n0 0 4\nNa Cl\n500000000 500000001\nDirect\n0 0 0\n";
        assert!(message("POSCAR", poscar).contains("line 7: more than 1000000 atoms"));
        let wrapped = "x\n1\n4 0 0\n0 4 0\n0 0 4\nNa Cl\n18446744073709551615 2\nDirect\n0 0 0\n";
        assert!(message("POSCAR", wrapped).contains("line 7: more than 1000000 atoms"));
        assert!(message("x.mol", "\n\n\n999999  0  0  0  0  0            999 V2000\n").contains("line 5"));
    }

    #[test]
    fn long_lines_and_files_are_refused() {
        let line = "x".repeat(1 << 20);
        for name in ["a.cif", "POSCAR", "a.xyz", "a.sdf", "a.pdb", "a.mol2"] {
            assert!(message(name, &line).contains("line 1: the line is longer than 65536 bytes"), "{name}");
        }
        assert_eq!(read("a.cif", &vec![b' '; MAX_BYTES + 1]), Err(FormatError::TooLarge(MAX_BYTES + 1)));
        assert_eq!(read("a.cif", b"data_\0"), Err(FormatError::NotText));
    }

    #[test]
    fn cells_must_have_volume() {
        let poscar = |row: &str| format!("x\n1\n4 0 0\n0 4 0\n{row}\nNa\n1\nDirect\n0 0 0\n");
        assert!(message("POSCAR", &poscar("0 NaN 4")).contains("line 5: a component of a cell vector is `NaN`, not a number"));
        assert!(message("POSCAR", &poscar("0 4 0")).contains("line 3: the cell is degenerate: volume 0 Å³"));
        assert!(message("POSCAR", &poscar("0 0 inf")).contains("line 5"));
        assert!(message("POSCAR", &poscar("0 0 1e308")).contains("line 3"));
        let site = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi 0 0 0\n";
        let cif = |cell: &str| format!("data_x\n{cell}{site}");
        assert!(message("x", &cif(&CELL.replace("gamma 90", "gamma 180"))).contains("line 13: an angle of the cell is not below 180°"));
        assert!(message("x", &cif(&CELL.replace("length_a 4", "length_a -4"))).contains("line 13: `_cell_length_a` is not positive"));
        assert!(message("x", &cif(&CELL.replace("length_a 4", "length_a ?"))).contains("line 13: the fractional coordinates need `_cell_length_a`"));
        assert!(message("x", &cif(&CELL.replace("length_a 4", "length_a 4(2"))).contains("line 2: `4(2` is not a number"));
        let angles = CELL.replace("alpha 90", "alpha 30").replace("beta 90", "beta 30").replace("gamma 90", "gamma 100");
        assert!(message("x", &cif(&angles)).contains("degenerate"));
        let xyz = "1\nLattice=\"1 0 0 0 1 0 0 0 0\"\nH 0 0 0\n";
        assert!(message("x.xyz", xyz).contains("line 2: the cell is degenerate"));
        let pdb = "CRYST1    0.000    5.640    5.640  90.00  90.00  90.00 P 1           8\n";
        assert!(message("x.pdb", pdb).contains("line 1: the cell is degenerate"));
    }

    #[test]
    fn broken_cifs_say_where() {
        let cif = |body: &str| format!("data_x\n{CELL}{body}");
        for (body, expected) in [
            ("loop_\n_atom_site_label\n_atom_site_fract_x\nSi 0\nO\n", "line 12: the loop of line 8 ends in the middle of a row: 1 values are missing"),
            ("loop_\nSi 0\n", "line 8: the loop names nothing"),
            ("_atom_site_label\n", "line 8: `_atom_site_label` has no value"),
            ("_title\n;text\nthat never ends\n", "line 9: the text field is not closed"),
            ("_title 'no end\n", "line 8: `'no end` has no closing quote"),
            ("Si 0 0 0\n", "line 8: the value `Si` belongs to no name"),
            ("_symmetry_equiv_pos_as_xyz 'x,y,q'\n", "line 8: `x,y,q` is not a symmetry operation"),
            ("loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nQq1 0 0 0\n", "line 13: `Qq1` is not a chemical element"),
            ("loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi1 0 zero 0\n", "line 13: `zero` is not a number"),
            ("_space_group_name_H-M_alt 'P 9 9 9'\n_atom_site_label Si\n_atom_site_fract_x 0\n_atom_site_fract_y 0\n_atom_site_fract_z 0\n", "line 12: no symmetry operations are listed, and no setting of the space group named fits the cell"),
        ] {
            let message = message("x.cif", &cif(body));
            assert!(message.contains(expected), "{message}");
        }
        assert!(message("x.cif", "data_x\n").contains("holds no structure"));
    }

    #[test]
    fn symmetry_does_not_multiply_without_bound() {
        let mut text = format!("data_x\n{CELL}loop_\n_symmetry_equiv_pos_as_xyz\n");
        (0..4096).for_each(|i| text.push_str(&format!("x,y,z+{i}/4096\n")));
        text.push_str("loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n");
        (0..10_000).for_each(|i| text.push_str(&format!("Si 0.{i} 0.3 0\n")));
        assert!(message("x.cif", &text).contains("40960000 atoms are more than the limit"));
        let more = text.replace("loop_\n_atom", "x,y,-z\nloop_\n_atom");
        assert!(message("x.cif", &more).contains("more than 4096 symmetry operations"));
    }

    #[test]
    fn other_breakage_says_where() {
        let vasp4 = "x\n1\n4 0 0\n0 4 0\n0 0 4\n1 1\nDirect\n0 0 0\n0 0 0\n";
        assert!(message("POSCAR", vasp4).contains("line 6: counts without element symbols, as VASP 4 wrote them"));
        assert!(message("x.xyz", "2\n\nH 0 0 0\nXx 0 0 0\n").contains("line 4: `Xx` is not a chemical element"));
        assert!(message("x.xyz", "1\n\nH 0 0\n").contains("line 3: a coordinate is missing"));
        assert!(message("x.xyz", "1\n\n200 0 0 0\n").contains("line 3: 200 is not an atomic number"));
        assert!(message("x.xyz", "1\n\nH 0 0 1e300\n").contains("line 3: a coordinate is 1e300 Å"));
        assert!(message("x.sdf", "\n\n\n  0  0  0     0  0            999 V3000\n").contains("line 4: a V3000 molfile"));
        let bond = "\n\n\n  1  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 N   0  0\n  1  7  1  0\nM  END\n";
        assert!(message("x.mol", bond).contains("line 6: there is no atom 7 among 1"));
        assert!(message("x.pdb", "HETATM    1 NA    NA     1       0.000   0.0x0   0.000\n").contains("line 1: a coordinate is `0.0x0`"));
        assert!(message("x.pdb", "HETATM    1 QQ    NA     1       0.000   0.000   0.000\n").contains("line 1"));
        assert!(message("x.mol2", "@<TRIPOS>MOLECULE\nx\n@<TRIPOS>ATOM\n2 C 0 0 0 C.3\n").contains("line 4: atom 2 where atom 1 should be"));
    }

    #[test]
    fn a_file_does_not_hold_endless_frames() {
        let text = "0\n\n".repeat(10_001);
        assert!(message("x.xyz", &text).contains("more than 10000 structures"));
    }
}

mod round_trips {
    use super::*;

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
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a - b).map(|d| if is_fractional { d - d.round() } else { d }).fold(0.0, |max, d| d.abs().max(max))
    }

    fn there_and_back(format: StructureFormat, structure: &Structure) -> StructureFile {
        let bytes = format.write(structure).unwrap();
        read(&format!("x.{}", format.extension()), &bytes).unwrap()
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
            prop_assert_eq!((back.elements(), back.bonds(), back.charges()), (original.elements(), original.bonds(), original.charges()));
            prop_assert!(difference(back.positions(), original.positions(), false) < 6e-5);
        }

        #[test]
        fn pdb(original in any_molecule(&[BondOrder::Single, BondOrder::Double, BondOrder::Triple])) {
            let file = there_and_back(StructureFormat::Pdb, &Structure::Molecule(original.clone()));
            let back = molecule(&file);
            prop_assert_eq!((back.elements(), back.bonds(), back.charges()), (original.elements(), original.bonds(), original.charges()));
            prop_assert!(difference(back.positions(), original.positions(), false) < 6e-4);
        }

        #[test]
        fn trajectories(original in any_molecule(&[BondOrder::Single]), shift in -5.0..5.0_f64) {
            let moved = original.positions().iter().map(|p| p.map(|x| x + shift)).collect();
            let moved = Molecule::new(original.elements().to_vec(), moved).unwrap();
            let still = Molecule::new(original.elements().to_vec(), original.positions().to_vec()).unwrap();
            let frames = [("step 0 of 1", still), ("step 1 of 1", moved)].map(|(label, molecule)| Frame {
                structure: Structure::Molecule(molecule),
                label: label.to_owned(),
                certainty: vec![],
            });
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
        assert!(StructureFormat::Sdf.write(&far).unwrap_err().to_string().contains("the coordinate 123456 Å in ten columns"));
        assert!(StructureFormat::Pdb.write(&far).unwrap_err().to_string().contains("the coordinate 123456.000 Å in eight columns"));
        assert!(StructureFormat::Cif.write(&far).unwrap_err().to_string().contains("a molecule, which has no cell"));
        let many = Structure::Molecule(Molecule::new(vec![h; 1000], vec![[0.0; 3]; 1000]).unwrap());
        assert!(StructureFormat::Sdf.write(&many).unwrap_err().to_string().contains("1000 atoms and 0 bonds"));
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        let cell = Structure::Crystal(Crystal::new(lattice, vec![h], vec![[0.0; 3]]).unwrap());
        assert!(StructureFormat::Sdf.write(&cell).is_err());
        assert!(StructureFormat::Xyz.write(&cell).is_err());
        assert_eq!(StructureFormat::Mol2.write(&cell), Err(FormatError::NotWritten(StructureFormat::Mol2)));
    }
}
