//! Cells, picking, labels, frames, the second structure.

use glam::Vec3;
use pollster::block_on;
use samples::structure::{Crystal, Lattice, Structure};
use shaders::ViewError;
use shaders::structure::{
    AtomData, AtomSite, CellDirection, CertaintyStyle, OpenBonds, Overlay, Picked, Projection, StructureBond,
    StructureOptions, Style,
};

use crate::{ball_radius, bare, bond, elements, from_above, molecule, perovskite, renderer, shot};

/// Connected groups of pixels that are not background.
fn groups(picture: &crate::Shot) -> usize {
    let (width, height) = (picture.width, picture.height);
    let mut open: Vec<bool> = (0..width * height).map(|i| picture.pixels[4 * i + 3] > 127).collect();
    let mut count = 0;
    for start in 0..open.len() {
        if !open[start] {
            continue;
        }
        count += 1;
        let mut queue = vec![start];
        open[start] = false;
        while let Some(at) = queue.pop() {
            let (x, y) = (at % width, at / width);
            for (nx, ny) in [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)] {
                if nx < width && ny < height && open[ny * width + nx] {
                    open[ny * width + nx] = false;
                    queue.push(ny * width + nx);
                }
            }
        }
    }
    count
}

#[test]
fn a_supercell_shows_every_atom_of_every_cell() {
    let Some(mut renderer) = renderer() else { return };
    let lattice = Lattice::from_parameters([5.0, 4.0, 4.5], [90.0, 90.0, 75.0]).expect("a cell");
    let crystal = Crystal::new(lattice, elements(&["Na", "Cl"]), vec![[0.0; 3], [0.5; 3]]).expect("a crystal");
    renderer.set_structure(&Structure::Crystal(crystal), &[]).expect("a crystal");
    for (cells, images, atoms) in [
        ([1, 1, 1], false, 2),
        ([3, 2, 1], false, 12),
        ([10, 10, 10], false, 2000),
        ([1, 1, 1], true, 9),
        ([3, 2, 1], true, 6 + 4 * 3 * 2),
        ([10, 10, 10], true, 1000 + 11 * 11 * 11),
    ] {
        renderer.set_options(StructureOptions { supercell: cells, image_atoms: images, ..bare() }).expect("options");
        assert_eq!(renderer.counts().atoms, atoms, "{cells:?} {images}");
        assert_eq!(renderer.sites().count(), atoms);
        if cells[2] == 1 {
            renderer.camera_mut().look_along_cell(&lattice, CellDirection::CStar);
            renderer.camera_mut().projection = Projection::Orthographic;
            // Seen along c*, images on the top face hide behind or before those of the bottom.
            let seen =
                if images { (cells[0] + 1) * (cells[1] + 1) + cells[0] * cells[1] } else { 2 * cells[0] * cells[1] };
            let name = format!("supercell-{}-{}-{images}", cells[0], cells[1]);
            assert_eq!(groups(&shot(&mut renderer, &name, 300, 300)), seen as usize, "{name}");
        }
    }
    renderer.set_options(StructureOptions { supercell: [0, 99, 1], ..bare() }).expect("options");
    assert_eq!(renderer.counts().atoms, 20, "brought into 1 to 10");
}

#[test]
fn what_is_under_the_pointer_is_named() {
    let Some(mut renderer) = renderer() else { return };
    let (structure, bonds) = perovskite();
    renderer.set_structure(&structure, &bonds).expect("a crystal");
    renderer.set_options(StructureOptions { image_atoms: true, supercell: [2, 1, 1], ..bare() }).expect("options");
    renderer.set_viewport(300.0, 200.0, 2.0);
    renderer.fit();
    let mut found = 0;
    for projection in [Projection::Perspective, Projection::Orthographic] {
        renderer.camera_mut().projection = projection;
        let sites: Vec<AtomSite> = renderer.sites().collect();
        for &site in &sites {
            let anchor = renderer.anchor(site).expect("in view");
            let hidden = sites.iter().any(|&other| {
                let o = renderer.anchor(other).expect("in view");
                other != site && o.depth < anchor.depth && (o.x - anchor.x).hypot(o.y - anchor.y) < o.radius + 4.0
            });
            if !hidden {
                let picked = block_on(renderer.pick(anchor.x, anchor.y)).expect("an answer");
                // A bond may pass before an atom; nothing else may.
                match picked {
                    Some(Picked::Atom(at)) => {
                        assert_eq!(at, site);
                        found += 1;
                    }
                    other => assert!(matches!(other, Some(Picked::Bond { .. })), "{site:?}: {other:?}"),
                }
                // Just outside the ball there is something else.
                let beside = block_on(renderer.pick(anchor.x + anchor.radius + 1.5, anchor.y)).expect("an answer");
                assert_ne!(beside, Some(Picked::Atom(site)));
            }
        }
    }
    assert!(found > 20, "only {found} atoms were in the open");
    for (x, y) in [(1.0, 1.0), (-5.0, 3.0), (300.0, 10.0), (f32::NAN, 2.0)] {
        assert_eq!(block_on(renderer.pick(x, y)), Ok(None), "{x} {y}");
    }
}

#[test]
fn bonds_and_polyhedra_are_named_too() {
    let Some(mut renderer) = renderer() else { return };
    renderer
        .set_structure(&molecule(&["O", "H"], &[[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), &[bond(0, 1, [0; 3])])
        .expect("a molecule");
    renderer.set_options(bare()).expect("options");
    renderer.set_viewport(100.0, 100.0, 1.0);
    *renderer.camera_mut() = from_above(4.0, Projection::Perspective);
    assert_eq!(block_on(renderer.pick(55.0, 50.0)), Ok(Some(Picked::Bond { bond: bond(0, 1, [0; 3]), cell: [0; 3] })));
    let (structure, bonds) = perovskite();
    renderer.set_structure(&structure, &bonds).expect("a crystal");
    renderer.set_options(StructureOptions { style: Style::Polyhedra, ..bare() }).expect("options");
    *renderer.camera_mut() = from_above(6.0, Projection::Orthographic);
    // Half-way from titanium towards the middle of an edge of the octahedron, beside all sticks.
    let at = 50.0 + 0.7 * 100.0 / 6.0;
    let titanium = AtomSite { atom: 1, cell: [0; 3] };
    assert_eq!(block_on(renderer.pick(at, at)), Ok(Some(Picked::Polyhedron(titanium))));
    assert_eq!(renderer.counts().polyhedra, 1);
}

#[test]
fn an_octahedron_has_its_shadow_and_its_corners() {
    let Some(mut renderer) = renderer() else { return };
    let (structure, bonds) = perovskite();
    renderer.set_structure(&structure, &bonds).expect("a crystal");
    let hidden = elements(&["Sr", "O"]);
    let options = StructureOptions { style: Style::Polyhedra, hidden, ..bare() };
    renderer.set_options(options.clone()).expect("options");
    *renderer.camera_mut() = from_above(5.0, Projection::Orthographic);
    // The square of the four equatorial oxygens, diagonal 3.905 Å.
    let picture = shot(&mut renderer, "octahedron", 200, 200);
    let square = 0.5 * (3.905f64 * 40.0).powi(2);
    // Beside titanium's ball and all edges two faces lie over each other.
    let found = f64::from(picture.at(148, 84)[3]) / 255.0;
    assert!((found - (1.0 - 0.45f64.powi(2))).abs() < 0.01, "{found}: two faces at 0.55");
    assert_eq!(picture.at(100, 100)[3], 255, "the ball");
    // All six oxygens belong to it, though only three lie in the cell.
    renderer.set_options(StructureOptions { hidden: elements(&["Sr"]), ..options.clone() }).expect("options");
    assert_eq!(renderer.counts().atoms, 7);
    let opaque = shaders::structure::PolyhedraRule { opacity: 1.0, ..Default::default() };
    renderer.set_options(StructureOptions { polyhedra: opaque, line_width: 0.2, ..options }).expect("options");
    let (found, _) = shot(&mut renderer, "octahedron-opaque", 200, 200).body(0..200);
    assert!((found / square - 1.0).abs() < 0.01, "{found}, expected {square}");
}

#[test]
fn labels_stand_where_the_atoms_are() {
    let Some(mut renderer) = renderer() else { return };
    renderer.set_structure(&molecule(&["O", "N"], &[[-1.4, 0.3, 0.0], [1.0, -0.6, 0.8]]), &[]).expect("a molecule");
    renderer.set_viewport(150.0, 100.0, 2.0);
    for projection in [Projection::Perspective, Projection::Orthographic] {
        renderer.camera_mut().projection = projection;
        for (atom, element) in [(0, "N"), (1, "O")] {
            renderer.set_options(StructureOptions { hidden: elements(&[element]), ..bare() }).expect("options");
            assert_eq!(renderer.anchor(AtomSite { atom: 1 - atom, cell: [0; 3] }), None, "hidden");
            let anchor = renderer.anchor(AtomSite { atom, cell: [0; 3] }).expect("in view");
            let (area, at) = shot(&mut renderer, &format!("label-{atom}"), 300, 200).body(0..300);
            assert!((at[0] / 2.0 - f64::from(anchor.x)).abs() < 0.3 && (at[1] / 2.0 - f64::from(anchor.y)).abs() < 0.3);
            let radius = (area / 4.0 / std::f64::consts::PI).sqrt();
            assert!((radius - f64::from(anchor.radius)).abs() < 0.3, "{radius} {anchor:?}");
            let position = renderer.position(AtomSite { atom, cell: [0; 3] }).expect("there");
            let point = renderer.anchor_of_point(position).expect("in view");
            assert!((point.x - anchor.x).abs() < 1e-3 && point.radius == 0.0);
        }
    }
}

#[test]
fn a_new_frame_moves_the_atoms_and_shows_how_sure_they_are() {
    let Some(mut renderer) = renderer() else { return };
    let at = |x: f64| molecule(&["O", "H"], &[[x, 0.0, 0.0], [x + 3.0, 0.0, 0.0]]);
    renderer.set_structure(&at(-1.5), &[]).expect("a molecule");
    let options = StructureOptions { hidden: elements(&["H"]), ..bare() };
    renderer.set_options(options.clone()).expect("options");
    *renderer.camera_mut() = from_above(10.0, Projection::Orthographic);
    let (before, left) = shot(&mut renderer, "frame-0", 200, 200).body(0..200);
    renderer.set_frame(&at(0.5), &[], AtomData::default()).expect("a frame");
    let (after, right) = shot(&mut renderer, "frame-1", 200, 200).body(0..200);
    assert!((right[0] - left[0] - 40.0).abs() < 0.2 && (before - after).abs() < 12.0, "2 Å are 40 pixels");
    // Not sure at all, and half sure.
    let opacity = |renderer: &mut shaders::structure::StructureRenderer, sure: f32| {
        renderer
            .set_frame(&at(0.5), &[], AtomData { certainty: &[[sure; 3], [1.0; 3]], vectors: &[] })
            .expect("a frame");
        let picture = shot(renderer, &format!("sure-{sure}"), 200, 200);
        f64::from(picture.at(140 - 30, 100)[3]) / 255.0
    };
    renderer.set_options(StructureOptions { certainty: CertaintyStyle::Opacity, ..options.clone() }).expect("options");
    for sure in [0.0, 0.5, 1.0] {
        let found = opacity(&mut renderer, sure);
        assert!((found - f64::from(0.12 + 0.88 * sure)).abs() < 0.01, "{sure}: {found}");
    }
    renderer.set_options(StructureOptions { certainty: CertaintyStyle::Halo, ..options }).expect("options");
    let width = |renderer: &mut shaders::structure::StructureRenderer, sure: f32| {
        renderer
            .set_frame(&at(0.5), &[], AtomData { certainty: &[[sure; 3], [1.0; 3]], vectors: &[] })
            .expect("a frame");
        let picture = shot(renderer, &format!("halo-{sure}"), 200, 200);
        (0..200).filter(|&x| picture.at(x, 100)[3] > 20).count() as f32 / 40.0
    };
    for sure in [0.0, 0.4, 1.0] {
        let (found, expected) = (width(&mut renderer, sure), ball_radius("O") + 0.9 * (1.0 - sure));
        assert!((found - expected).abs() < 0.06, "{sure}: {found} Å, expected {expected} Å");
    }
    let unequal = renderer.set_frame(&at(0.5), &[], AtomData { certainty: &[[1.0; 3]], vectors: &[] });
    assert!(matches!(unequal, Err(ViewError::Structure(_))), "{unequal:?}");
}

fn over<'a>(structure: &'a Structure, bonds: &'a [StructureBond]) -> Option<Overlay<'a>> {
    Some(Overlay { structure, bonds, cells: &[] })
}

#[test]
fn an_atom_of_the_second_structure_stands_beside_its_partner_beyond_a_face() {
    let Some(mut renderer) = renderer() else { return };
    let crystal = |xs: [f64; 2]| {
        let lattice = Lattice::from_parameters([4.0; 3], [90.0; 3]).expect("a cube");
        let at = xs.map(|x| [x, 0.5, 0.5]).to_vec();
        Structure::Crystal(Crystal::new(lattice, elements(&["O", "N"]), at).expect("a crystal"))
    };
    renderer.set_structure(&crystal([0.05, 0.4]), &[]).expect("a crystal");
    let images = StructureOptions { image_atoms: true, ..bare() };
    renderer.set_options(StructureOptions { hidden: elements(&["N"]), ..images }).expect("options");
    renderer.set_viewport(200.0, 200.0, 1.0);
    *renderer.camera_mut() = from_above(8.0, Projection::Orthographic);
    // 25 pixels an ångström, the middle of the cell in the middle: −0.1 is 15 pixels left of the cell, 0.9 is at its end.
    let second = crystal([0.9, 0.3]);
    let mut at = |cells: &[[i32; 3]]| {
        renderer.set_overlay(Some(Overlay { structure: &second, bonds: &[], cells })).expect("another");
        let picture = shot(&mut renderer, "overlay-face", 200, 200);
        [40, 140].map(|x| picture.at(x, 100)[3] > 60)
    };
    assert_eq!(at(&[]), [false, true]);
    assert_eq!(at(&[[-1, 0, 0], [0; 3]]), [true, false]);
}

#[test]
fn a_second_structure_lies_over_the_first_in_grey() {
    let Some(mut renderer) = renderer() else { return };
    let first = molecule(&["O"], &[[0.0; 3]]);
    let second = molecule(&["N"], &[[1.5, 0.0, 0.0]]);
    renderer.set_structure(&first, &[]).expect("an atom");
    renderer.set_options(bare()).expect("options");
    renderer.set_overlay(over(&second, &[])).expect("another");
    renderer.set_viewport(200.0, 200.0, 1.0);
    *renderer.camera_mut() = from_above(6.0, Projection::Orthographic);
    let picture = shot(&mut renderer, "overlay", 200, 200);
    let (own, other) = (picture.at(100, 100), picture.at(150, 100));
    assert!(own[3] == 255 && own[0] > own[1] + 60, "red: {own:?}");
    assert!(other[3].abs_diff((0.45 * 255.0) as u8) <= 2, "{other:?}");
    let spread = |p: [u8; 4]| p[..3].iter().max().expect("three") - p[..3].iter().min().expect("three");
    assert!(spread(other) < 40, "grey: {other:?}");
    assert_eq!(block_on(renderer.pick(150.0, 100.0)), Ok(None), "only the first is named");
    // Over one another, in front: grey on red, and nothing of the ghost's own far parts.
    renderer.set_overlay(over(&molecule(&["N"], &[[0.0, 0.0, 2.0]]), &[])).expect("another");
    let mixed = shot(&mut renderer, "overlay-before", 200, 200).at(100, 100);
    assert!(mixed[3] == 255 && mixed[0] < own[0] && mixed[1] > own[1], "{mixed:?}");
    renderer.set_overlay(None).expect("none");
    assert_eq!(shot(&mut renderer, "overlay-none", 200, 200).at(150, 100)[3], 0);
}

#[test]
fn impossible_requests_are_refused_and_change_nothing() {
    let Some(mut renderer) = renderer() else { return };
    let structure = molecule(&["O", "H"], &[[0.0; 3], [1.0, 0.0, 0.0]]);
    renderer.set_structure(&structure, &[bond(0, 1, [0; 3])]).expect("a molecule");
    let before = renderer.counts();
    let refused = |bonds: &[StructureBond], renderer: &mut shaders::structure::StructureRenderer| {
        matches!(renderer.set_structure(&structure, bonds), Err(ViewError::Structure(_)))
    };
    assert!(refused(&[bond(0, 2, [0; 3])], &mut renderer), "an atom that is not there");
    assert!(refused(&[bond(1, 1, [0; 3])], &mut renderer), "an atom to itself");
    assert!(refused(&[bond(0, 1, [1, 0, 0])], &mut renderer), "a molecule has no images");
    assert!(renderer.set_overlay(over(&structure, &[bond(7, 0, [0; 3])])).is_err());
    for cells in [&[[0; 3]][..], &[[0, 0, 1 << 30]; 2]] {
        assert!(renderer.set_overlay(Some(Overlay { structure: &structure, bonds: &[], cells })).is_err());
    }
    for vectors in [&[[0.0; 3]][..], &[[f32::NAN; 3]; 2]] {
        assert!(renderer.set_frame(&structure, &[], AtomData { vectors, certainty: &[] }).is_err());
    }
    assert_eq!(renderer.counts(), before);
    let many = vec![[0.5; 3]; 3000];
    let lattice = Lattice::from_parameters([50.0; 3], [90.0; 3]).expect("a cube");
    let crystal = Crystal::new(lattice, elements(&["H"; 3000]), many).expect("a crystal");
    renderer.set_structure(&Structure::Crystal(crystal), &[]).expect("3000 atoms");
    let large = StructureOptions { supercell: [10; 3], ..bare() };
    assert!(matches!(renderer.set_options(large), Err(ViewError::Structure(_))));
    assert_eq!(renderer.options().supercell, [1; 3], "the options stay");
    for (width, height) in [(0, 10), (10, 9000)] {
        assert!(matches!(block_on(renderer.screenshot(width, height)), Err(ViewError::ReadBack(_))));
    }
    let nonsense = StructureOptions {
        ball_scale: f32::NAN,
        stick_radius: f32::INFINITY,
        line_width: f32::NAN,
        depth_cue: f32::NAN,
        pixel_scale: f32::NAN,
        overlay_opacity: f32::NAN,
        background: [f32::NAN; 4],
        open_bonds: OpenBonds::Complete,
        ..StructureOptions::default()
    };
    renderer.set_options(nonsense).expect("brought into range");
    assert!(block_on(renderer.screenshot(20, 20)).is_ok());
    let empty = molecule(&[], &[]);
    renderer.set_structure(&empty, &[]).expect("nothing");
    assert!(block_on(renderer.screenshot(20, 20)).is_ok());
    assert!(renderer.anchor(AtomSite { atom: 0, cell: [0; 3] }).is_none());
    assert_eq!(renderer.position(AtomSite { atom: 0, cell: [0; 3] }), None);
    assert_eq!(renderer.camera().target, Vec3::ZERO);
}
