//! Files that mean harm: a precise error, with the line.

use samples::structure::formats::{FormatError, MAX_BYTES, read};

use super::message;

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
fn atoms_piled_up_at_one_place_are_refused_at_once() {
    let heap: String = (0..200_000).map(|i| format!("{} 0 0 0\n", ["Na", "Cl"][i % 2])).collect();
    let site = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
    let start = std::time::Instant::now();
    assert!(message("x.cif", &format!("data_x\n{CELL}{site}{heap}")).contains("too many atoms lie on one another"));
    // 50 copies of an atom that is spread around a site are no heap.
    let ring: String = (0..50)
        .map(|i| format!("Na {} {} 0.5\n", 0.48 + 0.02 * f64::from(i % 10), 0.48 + 0.02 * f64::from(i / 10)))
        .collect();
    assert_eq!(read("x.cif", format!("data_x\n{CELL}{site}{ring}").as_bytes()).unwrap().trajectory.frames.len(), 1);
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn many_models_and_many_bonds_do_not_multiply() {
    let atom =
        |serial: u32| format!("HETATM{serial:5}  C   LIG A   1       0.000   0.000   0.000  1.00  0.00           C\n");
    let models: String = (0..5000).map(|i| format!("MODEL {i:8}\n{}ENDMDL\n", atom(i % 100))).collect();
    let bonds: String = (0..200_000).map(|i| format!("CONECT{:5}{:5}\n", i % 99_999, i * 7 % 99_991)).collect();
    let start = std::time::Instant::now();
    assert_eq!(read("x.pdb", format!("{models}{bonds}").as_bytes()).unwrap().trajectory.frames.len(), 5000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    let star: String = (2..100).map(|i| format!("CONECT{:5}{i:5}\n", 1)).collect();
    assert!(message("x.pdb", &format!("{}{star}", atom(1))).contains("more than 64 bonds of atom 1"));
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
    assert!(
        message("POSCAR", &poscar("0 NaN 4")).contains("line 5: a component of a cell vector is `NaN`, not a number")
    );
    assert!(message("POSCAR", &poscar("0 4 0")).contains("line 3: the cell is degenerate: volume 0 Å³"));
    assert!(message("POSCAR", &poscar("0 0 inf")).contains("line 5"));
    assert!(message("POSCAR", &poscar("0 0 1e308")).contains("line 3"));
    let site = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi 0 0 0\n";
    let cif = |cell: &str| format!("data_x\n{cell}{site}");
    assert!(
        message("x", &cif(&CELL.replace("gamma 90", "gamma 180")))
            .contains("line 13: an angle of the cell is not below 180°")
    );
    assert!(
        message("x", &cif(&CELL.replace("length_a 4", "length_a -4")))
            .contains("line 13: `_cell_length_a` is not positive")
    );
    assert!(
        message("x", &cif(&CELL.replace("length_a 4", "length_a ?")))
            .contains("line 13: the fractional coordinates need `_cell_length_a`")
    );
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
        (
            "loop_\n_atom_site_label\n_atom_site_fract_x\nSi 0\nO\n",
            "line 12: the loop of line 8 ends in the middle of a row: 1 values are missing",
        ),
        ("loop_\nSi 0\n", "line 8: the loop names nothing"),
        ("_atom_site_label\n", "line 8: `_atom_site_label` has no value"),
        ("_title\n;text\nthat never ends\n", "line 9: the text field is not closed"),
        ("_atom_site_label 'no end\n", "line 8: `no end` has no closing quote"),
        ("Si 0 0 0\n", "line 8: the value `Si` belongs to no name"),
        ("_symmetry_equiv_pos_as_xyz 'x,y,q'\n", "line 8: `x,y,q` is not a symmetry operation"),
        (
            "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nQq1 0 0 0\n",
            "line 13: `Qq1` is not a chemical element",
        ),
        (
            "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi1 0 zero 0\n",
            "line 13: `zero` is not a number",
        ),
        (
            "_space_group_name_H-M_alt 'P 9 9 9'\n_atom_site_label Si\n_atom_site_fract_x 0\n_atom_site_fract_y 0\n_atom_site_fract_z 0\n",
            "line 12: no symmetry operations are listed, and no setting of the space group named fits the cell",
        ),
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
    // Operations times centrings.
    let list = |name: &str| -> String {
        let shifts = (0..70).map(|i| format!("x,y,z+{i}/70,+1\n"));
        format!("loop_\n_space_group_symop_magn_{name}.xyz\n{}", shifts.collect::<String>())
    };
    let site = "_atom_site_label Si\n_atom_site_fract_x 0\n_atom_site_fract_y 0\n_atom_site_fract_z 0\n";
    let magnetic = format!("data_x\n{CELL}{}{}{site}", list("operation"), list("centering"));
    assert!(message("x.mcif", &magnetic).contains("more than 4096 symmetry operations with all centrings"));
}

#[test]
fn other_breakage_says_where() {
    let vasp4 = "x\n1\n4 0 0\n0 4 0\n0 0 4\n1 1\nDirect\n0 0 0\n0 0 0\n";
    assert!(message("POSCAR", vasp4).contains("line 6: counts without element symbols, as VASP 4 wrote them"));
    assert!(message("x.xyz", "2\n\nH 0 0 0\nXx 0 0 0\n").contains("line 4: `Xx` is not a chemical element"));
    assert!(message("x.xyz", "1\n\nH 0 0\n").contains("line 3: a coordinate is missing"));
    assert!(message("x.xyz", "1\n\n200 0 0 0\n").contains("line 3: 200 is not an atomic number"));
    assert!(message("x.xyz", "1\n\nH 0 0 1e300\n").contains("line 3: a coordinate is 1e300 Å"));
    let v3000 = "\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 99999999999 0\nM  V30 END CTAB\n";
    assert!(message("x.sdf", v3000).contains("line 6: 99999999999 atoms are announced, but 0 are listed"));
    let bond = "\n\n\n  1  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 N   0  0\n  1  7  1  0\nM  END\n";
    assert!(message("x.mol", bond).contains("line 6: there is no atom 7 among 1"));
    assert!(
        message("x.pdb", "HETATM    1 NA    NA     1       0.000   0.0x0   0.000\n")
            .contains("line 1: a coordinate is `0.0x0`")
    );
    assert!(message("x.pdb", "HETATM    1 QQ    NA     1       0.000   0.000   0.000\n").contains("line 1"));
    assert!(
        message("x.mol2", "@<TRIPOS>MOLECULE\nx\n2\n@<TRIPOS>ATOM\n2 C 0 0 0 C.3\n")
            .contains("line 3: 2 atoms are announced, but 1 are listed")
    );
}

#[test]
fn a_file_does_not_hold_endless_frames() {
    let text = "0\n\n".repeat(10_001);
    assert!(message("x.xyz", &text).contains("more than 10000 structures"));
}
