//! Every reader on random bytes and on damaged files: an answer, never a panic.
//!
//! `PROPTEST_CASES` sets how many files each reader is given; 256 where nothing is said.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use proptest::{prelude::*, sample::Index, test_runner::FileFailurePersistence};
use samples::structure::{
    Composition, Frame, MAX_ATOMS, Structure,
    formats::{FormatError, MAX_FRAMES, StructureFormat, read},
};

/// One thing that happens to a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index, Index),
    Truncate(Index),
    Insert(Index, Vec<u8>),
    /// A line written again somewhere else.
    Copy(Index, Index),
    /// A field replaced.
    Field(Index, &'static str),
}

/// Fields that files should not have, and words that mean something to a reader.
const FIELDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1",
    "3",
    "999",
    "1e308",
    "-1e308",
    "1e-320",
    "NaN",
    "inf",
    "1000000000",
    "18446744073709551616",
    "0.5(3",
    "?",
    ".",
    "'",
    "\"",
    ";",
    "\n;\n",
    "#",
    "loop_",
    "data_x",
    "save_",
    "_atom_site_label",
    "_atom_site_fract_x",
    "_cell_length_a",
    "_symmetry_equiv_pos_as_xyz",
    "'x,y,z'",
    "-x+1/2,y,z",
    "_space_group_IT_number 225",
    "'F d -3 m:1'",
    "Xx",
    "D",
    "Fe3+",
    "OH2",
    "Lattice=\"1 0 0 0 1 0 0 0 1\"",
    "pbc=\"F F F\"",
    "Properties=species:S:1:pos:R:3",
    "Properties=pos:R:99999",
    "[",
    "]",
    "{'a':[1 '",
    "}",
    "'''",
    "\"\"\"",
    "#\\#CIF_2.0",
    "a=[\"]",
    "Va",
    "V2000",
    "V3000",
    "M  V30 BEGIN CTAB",
    "M  V30 COUNTS 1 0",
    "M  V30 BEGIN ATOM",
    "M  V30 END ATOM",
    "M  V30 1 C 0 0 0 0 CHG=1",
    "M  V30",
    "CHG=-1",
    "M  CHG  8   1  15",
    "M  END",
    "$$$$",
    "ATOM",
    "HETATM",
    "CONECT    1    2    2",
    "CRYST1",
    "MODEL",
    "ENDMDL",
    "TER",
    "é",
    "\u{3000}",
    "@<TRIPOS>ATOM",
    "@<TRIPOS>BOND",
    "@<TRIPOS>MOLECULE",
    "@<TRIPOS>CRYSIN",
    "Selective",
    "Cartesian",
    "-",
    "+",
    "\r",
    "\t",
];

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        2 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => (index(), index()).prop_map(|(at, length)| Damage::Cut(at, length)),
        1 => index().prop_map(Damage::Truncate),
        1 => (index(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (index(), index()).prop_map(|(from, to)| Damage::Copy(from, to)),
        4 => (index(), prop::sample::select(FIELDS)).prop_map(|(at, field)| Damage::Field(at, field)),
    ]
}

impl Damage {
    fn apply(&self, file: &mut Vec<u8>) {
        if file.is_empty() {
            return;
        }
        match self {
            Self::Flip(at, byte) => *at.get_mut(file) = *byte,
            Self::Cut(at, length) => {
                let start = at.index(file.len());
                let end = start + length.index((file.len() - start).min(60));
                file.drain(start..end);
            }
            Self::Truncate(at) => file.truncate(at.index(file.len())),
            Self::Insert(at, bytes) => {
                let at = at.index(file.len());
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Copy(from, to) => {
                let lines: Vec<&[u8]> = file.split_inclusive(|&byte| byte == b'\n').collect();
                let line = from.get(&lines).to_vec();
                let at = to.index(file.len());
                file.splice(at..at, line);
            }
            Self::Field(at, field) => {
                let is_space = |&byte: &u8| byte.is_ascii_whitespace();
                let at = at.index(file.len());
                let start = file[..at].iter().rposition(is_space).map_or(0, |space| space + 1);
                let end = file[at..].iter().position(is_space).map_or(file.len(), |space| at + space);
                if start <= end {
                    file.splice(start..end, field.bytes());
                }
            }
        }
    }
}

/// A file of this format that was damaged, or no file at all.
fn hostile(seeds: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let damaged = (prop::sample::select(seeds), prop::collection::vec(damage(), 0..6)).prop_map(|(seed, damages)| {
        let mut file = seed.to_vec();
        damages.iter().for_each(|damage| damage.apply(&mut file));
        file
    });
    let words =
        prop::collection::vec(prop::sample::select(FIELDS), 0..40).prop_map(|words| words.join(" ").into_bytes());
    prop_oneof![8 => damaged, 1 => words, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// What must hold of every answer.
fn check(name: &str, file: &[u8]) -> Result<bool, TestCaseError> {
    match read(name, file) {
        Ok(read_file) => {
            let frames = &read_file.trajectory.frames;
            prop_assert!(!frames.is_empty() && frames.len() <= MAX_FRAMES);
            for frame in frames {
                prop_assert!(frame.structure.elements().len() <= MAX_ATOMS);
                match &frame.structure {
                    Structure::Crystal(crystal) => {
                        prop_assert!(crystal.lattice().volume() > 0.0);
                        prop_assert!(crystal.fractional_coordinates().iter().flatten().all(|x| (0.0..1.0).contains(x)));
                    }
                    Structure::Molecule(molecule) => {
                        prop_assert!(molecule.positions().iter().flatten().all(|x| x.is_finite()));
                    }
                }
            }
            // What was read can be offered for download, or is refused with a reason.
            for format in StructureFormat::ALL.into_iter().filter(|format| *format != StructureFormat::Gltf) {
                if let Err(error) = format.write(&frames[0].structure) {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
            // With the vectors.
            let vectors = |frames: &[Frame<Structure>]| -> Vec<_> {
                frames.iter().map(|frame| frame.vectors.as_ref().map(|vectors| vectors.values.clone())).collect()
            };
            if vectors(frames).iter().flatten().next().is_some() {
                let bytes = StructureFormat::ExtendedXyz.write_trajectory(&read_file.trajectory).unwrap();
                prop_assert_eq!(vectors(&read(name, &bytes).unwrap().trajectory.frames), vectors(frames));
            }
            Ok(true)
        }
        Err(FormatError::Line { line, what, .. }) => {
            let lines = file.split(|&byte| byte == b'\n' || byte == b'\r').count();
            prop_assert!((1..=lines + 1).contains(&line), "line {line} of {lines}");
            prop_assert!(!what.is_empty() && what.len() < 500);
            Ok(false)
        }
        Err(_) => Ok(false),
    }
}

/// Runs a reader on `PROPTEST_CASES` files and says how it went.
fn fuzz(name: &str, seeds: &'static [&'static [u8]]) {
    let config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    };
    let cases = config.cases;
    let accepted = AtomicU64::new(0);
    let start = Instant::now();
    for seed in seeds {
        read(name, seed).unwrap();
    }
    let result = proptest::test_runner::TestRunner::new(config).run(&hostile(seeds), |file| {
        if check(name, &file)? {
            accepted.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    });
    println!("{name}: {cases} files, {} read, {:?}", accepted.load(Ordering::Relaxed), start.elapsed());
    result.unwrap();
}

#[test]
fn cif() {
    fuzz("x.cif", &[
        include_bytes!("../structures/TiO2.cif"),
        include_bytes!("../structures/quartz-alpha.cif"),
        include_bytes!("../structures/Li10GeP2S12.cif"),
        b"data_m\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_space_group_symop_magn_operation.xyz\nx,y,z,+1\n-x,-y,z,-1\nloop_\n_space_group_symop_magn_centering.xyz\nx,y,z,+1\nx+1/2,y+1/2,z+1/2,-1\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nMn1 0.1 0.2 0\n",
        b"data_1abc\nloop_\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_alt_id\n_atom_site.label_comp_id\n_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nC CA B ALA A 1 1 2 3\nC CA A ALA A 1 2 2 3\n",
        b"data_1abc\nloop_\n_atom_site.type_symbol\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nN 1 2 3\nC 2 2 3\n",
        b"#\\#CIF_2.0\ndata_t\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_a.list [1 [2 'x ]']\n;text\n;\n]\n_a.table {'k':'''\nv'''}\n_a.text \"\"\"two\nlines\"\"\"\n_atom_site_label Va1\n_atom_site_type_symbol '0.5Fe + 0.5Va'\n_atom_site_fract_x 0\n_atom_site_fract_y 0\n_atom_site_fract_z 0\n",
    ]);
}

#[test]
fn poscar() {
    fuzz(
        "POSCAR",
        &[
            include_bytes!("../structures/BaTiO3-tetragonal.poscar"),
            b"x\n-64.0\n1 0 0\n0 2 0\n0 0 4\nNa_pv Cl\n1 1\nSelective\nCartesian\n0 0 0 T T F\n0.5 1 2 F F F\n",
        ],
    );
}

#[test]
fn xyz() {
    fuzz(
        "x.xyz",
        &[include_bytes!("../structures/cyclohexane.xyz"), b"1\nfirst\nH 0 0 0\n2\nsecond\n8 0 0 0\nH 0 0 1\n"],
    );
}

#[test]
fn extended_xyz() {
    fuzz("x.extxyz", &[
        include_bytes!("../structures/quartz.extxyz"),
        b"1\nProperties=id:I:1:pos:R:3:species:S:1 Lattice=\"2 0 0 0 2 0 0 0 2\" pbc=\"T T F\" energy=-1.5\n7 1 1 1 Si\n",
        b"2\nProperties=species:S:1:pos:R:3:forces:R:3 note=[5\" pipe] a=[\"] b={[\"x]\"]}\nH 0 0 0 1 2 3\nVa 0 0 1 4 5 6\n",
    ]);
}

#[test]
fn sdf() {
    fuzz("x.sdf", &[
        b"title\n\n\n  2  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 N   0  3  0\n    1.0000    0.0000    0.0000 O   0  5  0\n  1  2  1  0\nM  CHG  2   1   1   2  -1\nM  END\n> <x>\n1\n\n$$$$\n\n\n\n  1  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 He  0  0  0\nM  END\n$$$$\n",
        b"title\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2 1 1 0 0\nM  V30 BEGIN ATOM\nM  V30 7 N 0 0 0 0 CHG=1 NAME=\"a b\"\nM  V30 1 O 1 -\nM  V30 0 0 0 CHG=-1\nM  V30 END ATOM\nM  V30 BEGIN BOND\nM  V30 1 1 7 1\nM  V30 END BOND\nM  V30 BEGIN SGROUP\nM  V30 1 SUP 1 ATOMS=(1 1)\nM  V30 END SGROUP\nM  V30 END CTAB\nM  END\n$$$$\n",
    ]);
}

#[test]
fn pdb() {
    fuzz("x.pdb", &[
        include_bytes!("../structures/glycine.pdb"),
        include_bytes!("../structures/NaCl-rocksalt.pdb"),
        b"MODEL        1\nHETATM    1  CA  LIG A   1       0.000   0.000   0.000  1.00  0.00\nENDMDL\nMODEL        2\nATOM      1  CA AALA A   1       1.000   0.000   0.000  1.00  0.00\nATOM      2  CB BALA A   1       2.500   0.000   0.000  1.00  0.00           C1-\nENDMDL\n",
        b"MODEL        1\nHETATM    1  C   LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nENDMDL\nCRYST1   10.000   10.000   10.000  90.00  90.00  90.00 P 1           1\nMODEL        2\nHETATM    1  C   LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nENDMDL\nCRYST1   20.000   10.000   10.000  90.00  90.00  90.00 P 1           1\n",
        b"HETATM99999  C   LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nHETATMA0000  O   LIG A   1       1.200   0.000   0.000  1.00  0.00           O\nHETATM*****  H   LIG A   1       2.500   0.000   0.000  1.00  0.00           H\nCONECT99999A0000*****\n",
    ]);
}

#[test]
fn mol2() {
    fuzz("x.mol2", &[
        include_bytes!("../structures/benzene.mol2"),
        b"@<TRIPOS>MOLECULE\nsalt\n@<TRIPOS>ATOM\n1 Na 0 0 0 Na\n2 Cl 2.8 0 0 Cl\n@<TRIPOS>CRYSIN\n5.64 5.64 5.64 90 90 90 1 1\n@<TRIPOS>BOND\n1 1 2 un\n",
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: Some(Box::new(FileFailurePersistence::Off)), ..ProptestConfig::default() })]

    /// Formulas too are typed by hand.
    #[test]
    fn formula(text in "([A-Z][a-z]?|[0-9]|[()\\[\\]{}]|[₀-₉ ·*.+-]|\\PC){0,20}") {
        if let Ok(composition) = text.parse::<Composition>() {
            prop_assert!(composition.atoms() >= 1 && composition.atoms() <= MAX_ATOMS);
            prop_assert_eq!(composition.to_string().parse::<Composition>().unwrap(), composition.clone());
            prop_assert_eq!(composition.hill_formula().parse::<Composition>().unwrap(), composition);
        }
    }
}
