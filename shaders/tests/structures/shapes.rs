//! Silhouettes and depth against the closed forms.

use glam::Vec3;
use samples::structure::{Crystal, Lattice, Structure};
use shaders::structure::{OpenBonds, Palette, Projection, StructureCamera, StructureOptions, Style};

use crate::reference::{Body, cover, nearest, ray};
use crate::{ball_radius, bare, bond, elements, from_above, molecule, renderer, shot};

#[test]
fn a_ball_covers_its_disc_wherever_it_stands() {
    let Some(mut renderer) = renderer() else { return };
    renderer.set_structure(&molecule(&["Cs"], &[[0.0; 3]]), &[]).expect("an atom");
    renderer.set_options(bare()).expect("options");
    let radius = ball_radius("Cs");
    for projection in [Projection::Perspective, Projection::Orthographic] {
        // In the middle; in a corner, where perspective draws balls out; nearly filling the view; cut by its border.
        for (name, extent, target) in [
            ("middle", 6.0, Vec3::ZERO),
            ("corner", 9.0, Vec3::new(2.9, -2.9, 0.0)),
            ("large", 2.8, Vec3::ZERO),
            ("cut", 6.0, Vec3::new(3.0, 0.5, 0.0)),
        ] {
            let camera = StructureCamera { target, ..from_above(extent, projection) };
            *renderer.camera_mut() = camera;
            let (area, middle) = cover(&[Body::ball(Vec3::ZERO, radius)], &camera, 160, 160)[0];
            let name = format!("ball-{name}-{projection:?}");
            let (found, at) = shot(&mut renderer, &name, 160, 160).body(0..160);
            assert!(area > 500.0 && (found / area - 1.0).abs() < 0.004, "{name}: {found} pixels, expected {area}");
            let miss = ((at[0] - middle[0]).powi(2) + (at[1] - middle[1]).powi(2)).sqrt();
            assert!(miss < 0.15, "{name}: centre {at:?}, expected {middle:?}");
        }
    }
}

#[test]
fn an_orthographic_picture_has_the_scale_it_says() {
    let Some(mut renderer) = renderer() else { return };
    renderer.set_structure(&molecule(&["Fe", "Fe"], &[[0.0; 3], [0.0, 0.0, 30.0]]), &[]).expect("two atoms");
    renderer.set_options(bare()).expect("options");
    // From the side: the near and the far one are equally large, 30 Å apart.
    let mut camera = from_above(40.0, Projection::Orthographic);
    camera.look_along(Vec3::X, Vec3::Z);
    *renderer.camera_mut() = camera;
    let picture = shot(&mut renderer, "scale", 400, 400);
    let disc = std::f64::consts::PI * f64::from(10.0 * ball_radius("Fe")).powi(2);
    assert!((picture.body(0..400).0 / (2.0 * disc) - 1.0).abs() < 0.02);
    let column: Vec<usize> = (0..400).filter(|&y| picture.at(200, y)[3] > 127).collect();
    let (first, last) = (column[0] as f64, column[column.len() - 1] as f64 + 1.0);
    let expected = 300.0 + 20.0 * f64::from(ball_radius("Fe"));
    assert!((last - first - expected).abs() <= 1.0, "{} pixels, expected {expected}", last - first);
    // Along the line the far one is hidden behind the near one exactly.
    *renderer.camera_mut() = from_above(40.0, Projection::Orthographic);
    let (found, _) = shot(&mut renderer, "scale-along", 400, 400).body(0..400);
    assert!((found / disc - 1.0).abs() < 0.02);
}

/// Which of the elements N (blue), O (red) and Cl (green) a pixel shows.
fn channel(pixel: [u8; 4]) -> Option<usize> {
    let [r, g, b, a] = pixel;
    let strongest = if r > g && r > b {
        1
    } else if g > b {
        2
    } else {
        0
    };
    (a > 250).then_some(strongest)
}

#[test]
fn balls_and_sticks_meet_where_geometry_says() {
    let Some(mut renderer) = renderer() else { return };
    // Three overlapping balls and two sticks, each bond between unlike elements.
    let positions = [[0.0, 0.0, 0.3], [0.9, 0.35, -0.2], [-1.1, 1.3, -0.9]];
    let structure = molecule(&["N", "O", "Cl"], &positions);
    let bonds = [bond(0, 1, [0; 3]), bond(0, 2, [0; 3])];
    renderer.set_structure(&structure, &bonds).expect("a molecule");
    let options = StructureOptions { ball_scale: 1.3, stick_radius: 0.4, pixel_scale: 1.0, ..bare() };
    renderer.set_options(options).expect("options");
    let low = positions.iter().map(|p| Vec3::from(p.map(|x| x as f32))).reduce(Vec3::min).expect("three");
    let high = positions.iter().map(|p| Vec3::from(p.map(|x| x as f32))).reduce(Vec3::max).expect("three");
    let middle = 0.5 * (low + high);
    let at = positions.map(|p| Vec3::from(p.map(|x| x as f32)) - middle);
    let radius = |symbol: &str| 2.6 * ball_radius(symbol);
    let rods = [(0usize, 1usize), (0, 2)].map(|(i, j)| {
        let half = 0.5 * (at[i] + at[j]);
        [(Body::rod(at[i], half, 0.4), i), (Body::rod(half, at[j], 0.4), j)]
    });
    let mut bodies = vec![
        (Body::ball(at[0], radius("N")), 0),
        (Body::ball(at[1], radius("O")), 1),
        (Body::ball(at[2], radius("Cl")), 2),
    ];
    bodies.extend(rods.into_iter().flatten());
    let shapes: Vec<Body> = bodies.iter().map(|(body, _)| *body).collect();
    for projection in [Projection::Perspective, Projection::Orthographic] {
        for (i, (dx, dy)) in [(0.0, 0.0), (0.4, 0.2), (-0.3, 0.5), (0.9, -0.3)].into_iter().enumerate() {
            let mut camera = from_above(5.2, projection);
            camera.orbit(dx, dy);
            *renderer.camera_mut() = camera;
            let name = format!("meeting-{projection:?}-{i}");
            let picture = shot(&mut renderer, &name, 200, 200);
            let (mut wrong, mut seen) = (0, [0; 3]);
            for y in 0..200 {
                for x in 0..200 {
                    let centre = ray(&camera, x as f64 + 0.5, y as f64 + 0.5, 200, 200);
                    let expected = nearest(&shapes, centre).map(|hit| bodies[hit].1);
                    if let Some(element) = expected {
                        seen[element] += 1;
                    }
                    wrong += usize::from(channel(picture.at(x, y)) != expected);
                }
            }
            // Single pixels on borders may fall to either side.
            assert!(wrong < 25, "{name}: {wrong} pixels differ");
            assert!(seen.iter().all(|&count| count > 300), "{name}: {seen:?}");
        }
    }
}

#[test]
fn half_bonds_end_in_flat_caps() {
    let Some(mut renderer) = renderer() else { return };
    let lattice = Lattice::from_parameters([4.0; 3], [90.0; 3]).expect("a cube");
    let crystal = Crystal::new(lattice, elements(&["O"]), vec![[0.5; 3]]).expect("a crystal");
    renderer.set_structure(&Structure::Crystal(crystal), &[bond(0, 0, [1, 0, 0])]).expect("a chain");
    let options = StructureOptions { open_bonds: OpenBonds::Half, stick_radius: 0.5, ball_scale: 0.05, ..bare() };
    renderer.set_options(options.clone()).expect("options");
    assert_eq!((renderer.counts().atoms, renderer.counts().bonds), (1, 2));
    let bodies = [
        Body::ball(Vec3::ZERO, 0.5),
        Body::rod(Vec3::ZERO, Vec3::new(2.0, 0.0, 0.0), 0.5),
        Body::rod(Vec3::ZERO, Vec3::new(-2.0, 0.0, 0.0), 0.5),
    ];
    for projection in [Projection::Perspective, Projection::Orthographic] {
        // From the side, oblique onto a cap, and straight onto one.
        for (i, direction) in [Vec3::Z, Vec3::new(2.0, 0.4, 1.0), Vec3::X].into_iter().enumerate() {
            let mut camera = from_above(6.0, projection);
            camera.look_along(direction, Vec3::Y);
            *renderer.camera_mut() = camera;
            let (expected, at) = cover(&bodies, &camera, 180, 180)
                .iter()
                .fold((0.0, [0.0; 2]), |(n, s), (count, at)| (n + count, [s[0] + count * at[0], s[1] + count * at[1]]));
            let name = format!("caps-{projection:?}-{i}");
            let (found, middle) = shot(&mut renderer, &name, 180, 180).body(0..180);
            assert!((found / expected - 1.0).abs() < 0.006, "{name}: {found}, expected {expected}");
            assert!((middle[0] - at[0] / expected).abs() < 0.2 && (middle[1] - at[1] / expected).abs() < 0.2, "{name}");
        }
    }
    renderer.set_options(StructureOptions { open_bonds: OpenBonds::Hide, ..options.clone() }).expect("options");
    assert_eq!((renderer.counts().atoms, renderer.counts().bonds), (1, 0));
    renderer.set_options(StructureOptions { open_bonds: OpenBonds::Complete, ..options }).expect("options");
    assert_eq!((renderer.counts().atoms, renderer.counts().bonds), (3, 2));
}

#[test]
fn from_within_the_structure_nothing_behind_the_eye_shows() {
    let Some(mut renderer) = renderer() else { return };
    let positions: Vec<[f64; 3]> = (-20..=20).map(|i| [0.0, 0.0, f64::from(i)]).collect();
    let bonds: Vec<_> = (0..40).map(|i| bond(i, i + 1, [0; 3])).collect();
    renderer.set_structure(&molecule(&["O"; 41], &positions), &bonds).expect("a chain");
    renderer.set_options(StructureOptions { palette: Palette::Jmol, ..bare() }).expect("options");
    // The eye is 2 Å beside the chain at z = −2, looking along it: half of the chain lies behind.
    let mut camera = from_above(1.0, Projection::Perspective);
    camera.target = Vec3::new(-2.0, 0.0, -2.0 - camera.distance());
    *renderer.camera_mut() = camera;
    let bodies: Vec<Body> = positions
        .iter()
        .map(|p| Body::ball(Vec3::from(p.map(|x| x as f32)), ball_radius("O")))
        .chain([Body::rod(Vec3::new(0.0, 0.0, -20.0), Vec3::new(0.0, 0.0, -2.01), 0.11)])
        .collect();
    let expected: f64 = cover(&bodies, &camera, 200, 200).iter().map(|(count, _)| count).sum();
    let (found, _) = shot(&mut renderer, "within", 200, 200).body(0..200);
    assert!(expected > 300.0 && (found / expected - 1.0).abs() < 0.02, "{found}, expected {expected}");
}

#[test]
fn styles_have_the_radii_they_promise() {
    let Some(mut renderer) = renderer() else { return };
    renderer.set_structure(&molecule(&["C"], &[[0.0; 3]]), &[]).expect("an atom");
    *renderer.camera_mut() = from_above(4.0, Projection::Orthographic);
    let van_der_waals = elements(&["C"])[0].facts().van_der_waals_radius.expect("carbon's") as f32;
    for (style, radius) in
        [(Style::BallAndStick, ball_radius("C")), (Style::Spacefill, van_der_waals), (Style::Sticks, 0.11)]
    {
        renderer.set_options(StructureOptions { style, ..bare() }).expect("options");
        let (found, _) = shot(&mut renderer, &format!("style-{style:?}"), 200, 200).body(0..200);
        let expected = std::f64::consts::PI * f64::from(50.0 * radius).powi(2);
        assert!((found / expected - 1.0).abs() < 0.02, "{style:?}: {found}, expected {expected}");
    }
}
