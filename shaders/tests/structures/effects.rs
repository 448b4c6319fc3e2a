//! Backgrounds, lines, arrows and the effects for figures.

use glam::Vec3;
use samples::structure::{BondOrder, Crystal, Lattice, MixedSite, Share, Structure};
use shaders::structure::{AtomData, Picked, Projection, StructureBond, StructureOptions, Style};

use crate::{bare, bond, from_above, molecule, perovskite, renderer, shot};

#[test]
fn backgrounds_are_as_asked_light_dark_or_none() {
    let Some(mut renderer) = renderer() else { return };
    let (structure, bonds) = perovskite();
    renderer.set_structure(&structure, &bonds).expect("a crystal");
    for (name, dark) in [("light", false), ("dark", true)] {
        let options = StructureOptions { pixel_scale: 2.0, ..StructureOptions::themed(dark) };
        renderer.set_options(options.clone()).expect("options");
        let picture = shot(&mut renderer, name, 320, 240);
        let expected = options.background.map(|c| (c * 255.0).round() as u8);
        let corner = picture.at(318, 2);
        assert!((0..4).all(|c| corner[c].abs_diff(expected[c]) <= 1), "{name}: {corner:?}, expected {expected:?}");
        let shown = (0..320 * 240).filter(|i| picture.pixels[4 * i].abs_diff(expected[0]) > 12).count();
        assert!(shown > 8000, "{name}: {shown}");
    }
    renderer.set_options(bare()).expect("options");
    let picture = shot(&mut renderer, "transparent", 320, 240);
    assert_eq!(picture.at(2, 2)[3], 0);
    // Soft borders keep the colour of what they belong to: nothing dark is mixed in.
    let soft = picture.pixels.chunks_exact(4).filter(|p| (40..200).contains(&p[3]));
    assert!(soft.clone().count() > 50 && soft.clone().all(|p| p[..3].iter().any(|&c| c > 60)));
}

#[test]
fn a_picture_four_times_as_large_shows_the_same() {
    let Some(mut renderer) = renderer() else { return };
    let (structure, bonds) = perovskite();
    renderer.set_structure(&structure, &bonds).expect("a crystal");
    renderer.set_options(StructureOptions { cell: true, line_width: 2.0, ..bare() }).expect("options");
    renderer.set_viewport(120.0, 90.0, 1.0);
    renderer.fit();
    let (small, at) = shot(&mut renderer, "once", 120, 90).body(0..120);
    let (large, at_large) = shot(&mut renderer, "four-times", 480, 360).body(0..480);
    assert!((large / 16.0 / small - 1.0).abs() < 0.02, "{small} {large}: lines grow too");
    assert!((at_large[0] / 4.0 - at[0]).abs() < 0.3 && (at_large[1] / 4.0 - at[1]).abs() < 0.3);
}

#[test]
fn the_cell_is_drawn_behind_and_before_its_atoms() {
    let Some(mut renderer) = renderer() else { return };
    let (structure, _) = perovskite();
    renderer.set_structure(&structure, &[]).expect("a crystal");
    let options = StructureOptions {
        cell: true,
        line: [0.0, 1.0, 0.0],
        line_width: 3.0,
        hidden: crate::elements(&["Sr", "O"]),
        ..bare()
    };
    renderer.set_options(options.clone()).expect("options");
    *renderer.camera_mut() = from_above(5.0, Projection::Orthographic);
    let picture = shot(&mut renderer, "cell", 200, 200);
    // The square of the cell, 3.905 Å of 5.
    let half = (0.5 * 3.905 * 40.0) as usize;
    for (x, y) in [(100 - half, 60), (100 + half, 140), (60, 100 - half), (140, 100 + half)] {
        let [r, g, _, a] = picture.at(x, y);
        assert!(a > 150 && g > 150 && r < 90, "{x} {y}: {:?}", picture.at(x, y));
    }
    assert_eq!(picture.at(100 - half - 8, 60)[3], 0);
    // Along the diagonal, titanium in the middle hides the far corner and the near one crosses it.
    renderer.camera_mut().look_along(Vec3::ONE, Vec3::Z);
    let diagonal = shot(&mut renderer, "cell-diagonal", 200, 200);
    let at = |x: usize, y: usize| diagonal.at(x, y);
    // Edges from the near corner run down and to the upper left and right; those from the far corner the other way.
    assert!(at(100, 112)[1] > at(100, 112)[0] + 60, "a near edge: {:?}", at(100, 112));
    assert!(at(100, 88)[1] < at(100, 88)[0] + 30, "no far edge: {:?}", at(100, 88));
    renderer.set_options(StructureOptions { axes: true, cell: false, ..options }).expect("options");
    let triad = shot(&mut renderer, "triad", 300, 300);
    let drawn = (0..60).flat_map(|x| (240..300).map(move |y| (x, y))).filter(|&(x, y)| triad.at(x, y)[3] > 127).count();
    assert!(drawn > 150, "{drawn} pixels in the corner");
}

#[test]
fn vectors_are_arrows_of_their_length() {
    let Some(mut renderer) = renderer() else { return };
    let atom = molecule(&["H"], &[[0.0; 3]]);
    renderer.set_structure(&atom, &[]).expect("an atom");
    renderer.set_options(StructureOptions { vector_scale: 2.0, ..bare() }).expect("options");
    let arrow = AtomData { vectors: &[[1.0, 0.0, 0.0]], certainty: &[] };
    renderer.set_frame(&atom, &[], arrow).expect("a vector");
    *renderer.camera_mut() = from_above(6.0, Projection::Orthographic);
    let picture = shot(&mut renderer, "arrow", 300, 300);
    let row: Vec<usize> = (0..300).filter(|&x| picture.at(x, 150)[3] > 127).collect();
    let tip = *row.last().expect("an arrow") as f32;
    assert!((tip - 250.0).abs() <= 3.0, "2 Å are 100 pixels: {tip}");
    // The head is wider than the shaft.
    let height = |x: usize| (0..300).filter(|&y| picture.at(x, y)[3] > 127).count();
    assert!(height(234) > height(200) + 5, "{} {}", height(234), height(200));
    renderer.set_frame(&atom, &[], AtomData::default()).expect("none");
    assert_eq!(shot(&mut renderer, "arrow-none", 300, 300).at(220, 150)[3], 0);
}

#[test]
fn bond_orders_are_drawn_as_so_many_cylinders() {
    let Some(mut renderer) = renderer() else { return };
    let structure = molecule(&["C", "C"], &[[-1.2, 0.0, 0.0], [1.2, 0.0, 0.0]]);
    for (order, strands) in
        [(BondOrder::Single, 1), (BondOrder::Double, 2), (BondOrder::Triple, 3), (BondOrder::Aromatic, 2)]
    {
        let bond = StructureBond { order, ..bond(0, 1, [0; 3]) };
        renderer.set_structure(&structure, &[bond]).expect("a molecule");
        renderer.set_options(bare()).expect("options");
        // The cylinders of a bond alone lie in some plane through it: look until they show side by side.
        let mut most = 0;
        for turn in 0..12 {
            let mut camera = from_above(4.0, Projection::Orthographic);
            camera.orbit(0.0, turn as f32 / 12.0);
            *renderer.camera_mut() = camera;
            let picture = shot(&mut renderer, &format!("order-{order:?}"), 240, 240);
            // The middle of the bond, where the dashes of an aromatic one have a piece.
            let covered: Vec<bool> = (60..180).map(|y| picture.at(120, y)[3] > 127).collect();
            most = most.max(covered.windows(2).filter(|pair| !pair[0] && pair[1]).count());
        }
        assert_eq!(most, strands, "{order:?}");
        renderer.set_options(StructureOptions { bond_orders: false, ..bare() }).expect("options");
        assert_eq!(renderer.counts().bonds, 1);
    }
}

#[test]
fn occlusion_darkens_hollows_and_outlines_follow_contours() {
    let Some(mut renderer) = renderer() else { return };
    // A ball in a ring of eight: its rim lies in a hollow, a ball alone has none.
    let mut positions = vec![[0.0, 0.0, 0.0]];
    positions.extend((0..8).map(|i| {
        let (sin, cos) = (f64::from(i) * std::f64::consts::FRAC_PI_4).sin_cos();
        [2.6 * cos, 2.6 * sin, 1.2]
    }));
    renderer.set_structure(&molecule(&["C"; 9], &positions), &[]).expect("a molecule");
    let plain = StructureOptions { style: Style::Spacefill, ..bare() };
    let mean = |picture: &crate::Shot, x: std::ops::Range<usize>| {
        let values: Vec<f64> = x.map(|x| f64::from(picture.at(x, 150)[0])).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    *renderer.camera_mut() = from_above(10.0, Projection::Perspective);
    renderer.set_options(plain.clone()).expect("options");
    let without = shot(&mut renderer, "occlusion-off", 300, 300);
    renderer.set_options(StructureOptions { ambient_occlusion: true, ..plain.clone() }).expect("options");
    let with = shot(&mut renderer, "occlusion-on", 300, 300);
    let darker = |x: std::ops::Range<usize>| mean(&with, x.clone()) / mean(&without, x);
    // The middle ball near its neighbours, and the outermost part of the right neighbour.
    let (hollow, open) = (darker(168..176), darker(225..250));
    assert!(hollow < 0.9 && open > hollow + 0.08, "{hollow} {open}");
    assert_eq!(with.body(0..300).0, without.body(0..300).0, "only colours change");
    renderer.set_options(StructureOptions { outline: true, line_width: 2.0, ..plain }).expect("options");
    let outlined = shot(&mut renderer, "outline", 300, 300);
    let inside = (0..300).find(|&x| outlined.at(x, 150)[3] > 250).expect("something") + 1;
    assert!(outlined.at(inside, 150)[0] < without.at(inside, 150)[0] / 2, "{:?}", outlined.at(inside, 150));
    let middle = outlined.at(150, 150);
    assert_eq!(middle, without.at(150, 150), "faces stay as they are");
    assert_eq!(outlined.body(0..300).0, without.body(0..300).0);
}

#[test]
fn atoms_that_do_not_fill_their_sites_have_shells() {
    let Some(mut renderer) = renderer() else { return };
    let lattice = Lattice::from_parameters([6.0; 3], [90.0; 3]).expect("a cube");
    let share = |symbol: &str, occupancy| Share { element: crate::elements(&[symbol])[0], occupancy };
    let crystal = Crystal::new(lattice, crate::elements(&["Ge", "Ge"]), vec![[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]])
        .and_then(|crystal| {
            let shares = vec![share("Ge", 0.6), share("S", 0.4)];
            crystal.with_mixed_sites(vec![MixedSite { atom: 1, shares }])
        })
        .expect("a crystal");
    renderer.set_structure(&Structure::Crystal(crystal), &[]).expect("a crystal");
    let options = bare();
    renderer.set_options(options.clone()).expect("options");
    *renderer.camera_mut() = from_above(6.0, Projection::Orthographic);
    let picture = shot(&mut renderer, "shells", 300, 300);
    // 50 pixels an Å; just outside the ball.
    let beside = (50.0 * (crate::ball_radius("Ge") + 0.07)) as usize;
    assert_eq!(picture.at(75 + beside, 150)[3], 0, "the full site has none");
    let shell = picture.at(225 + beside, 150);
    let sulphur = options.palette.colour(crate::elements(&["S"])[0]).map(|channel| channel * 255.0);
    assert!((40..200).contains(&shell[3]), "translucent: {shell:?}");
    let brightest = (0..3).max_by(|&a, &b| sulphur[a].total_cmp(&sulphur[b])).expect("three");
    assert_eq!(shell[..3].iter().max(), Some(&shell[brightest]), "of the other element's colour: {shell:?}");
    // What is picked there is not the shell.
    renderer.set_viewport(300.0, 300.0, 1.0);
    let picked = pollster::block_on(renderer.pick((225 + beside) as f32, 150.0)).expect("an answer");
    assert_eq!(picked, None);
}

#[test]
fn the_bond_under_the_pointer_is_lit() {
    let Some(mut renderer) = renderer() else { return };
    renderer
        .set_structure(&molecule(&["C", "C"], &[[-1.2, 0.0, 0.0], [1.2, 0.0, 0.0]]), &[bond(0, 1, [0; 3])])
        .expect("a molecule");
    renderer.set_options(bare()).expect("options");
    *renderer.camera_mut() = from_above(6.0, Projection::Orthographic);
    let before = shot(&mut renderer, "bond-plain", 300, 300);
    renderer.set_hovered(Some(Picked::Bond { bond: bond(0, 1, [0; 3]), cell: [0; 3] }));
    let lit = shot(&mut renderer, "bond-lit", 300, 300);
    // Beside the stick of 0.11 Å, 50 pixels an Å.
    assert_eq!(before.at(150, 160)[3], 0);
    assert!(lit.at(150, 160)[3] > 30 && lit.at(150, 150) != before.at(150, 150));
    assert_eq!(lit.at(40, 150), before.at(40, 150), "nothing beyond the atoms");
    renderer.set_hovered(None);
    assert!(shot(&mut renderer, "bond-plain", 300, 300).pixels == before.pixels);
}
