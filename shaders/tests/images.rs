//! Pictures of volumes with known answers, drawn by whatever Vulkan driver there is (Mesa's lavapipe where there
//! is no hardware). Pictures are kept under `target/tmp/pictures` to be looked at.

mod shot;

use glam::{Mat4, Vec3};
use shaders::{
    Axis, ClipPlane, Mode, OrbitCamera, Renderer, Surface, Transfer, ViewError, VolumeData, VolumeStyle, side_by_side,
};
use shot::Shot;

/// A renderer, or nothing with a loud word where no driver exists and `make test` has not asked for one.
fn renderer() -> Option<Renderer> {
    match pollster::block_on(Renderer::headless()) {
        Ok(renderer) => Some(renderer),
        Err(ViewError::NoAdapter(reason)) => {
            assert!(std::env::var_os("VITRINE_NEEDS_VULKAN").is_none(), "no Vulkan adapter: {reason}");
            eprintln!("\n*** IMAGE TEST NOT RUN: no Vulkan adapter ({reason}). Install mesa-vulkan-drivers. ***\n");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn shot(
    renderer: &mut Renderer,
    name: &str,
    camera: &OrbitCamera,
    style: &VolumeStyle,
    width: u32,
    height: u32,
) -> Shot {
    let pixels = pollster::block_on(renderer.screenshot(camera, style, width, height)).expect(name);
    Shot::keep(name, pixels, width, height)
}

/// Nothing but the body, before nothing.
fn bare(mode: Mode) -> VolumeStyle {
    VolumeStyle { mode, background: [0.0; 4], outline: false, axes: false, pixel_scale: 2.0, ..VolumeStyle::default() }
}

/// A grey volume from a function of the position in 0..1 (x, y, z).
fn volume(side: usize, value: impl Fn(Vec3) -> f32) -> VolumeData<'static> {
    let mut values = Vec::with_capacity(side * side * side);
    for z in 0..side {
        for y in 0..side {
            for x in 0..side {
                let centre = (Vec3::new(x as f32, y as f32, z as f32) + 0.5) / side as f32;
                values.push((value(centre).clamp(0.0, 1.0) * 255.0).round() as u8);
            }
        }
    }
    VolumeData { shape: [side; 3], values: values.into() }
}

/// A ball with a border one voxel wide, as an imaging device would see it.
fn ball(side: usize, centre: Vec3, radius: f32) -> VolumeData<'static> {
    volume(side, |p| 0.5 + (radius - p.distance(centre)) * side as f32)
}

/// Solid angle of a ball and pixels it covers: the cone of half angle asin(r/d) around the direction of its centre,
/// integrated over the picture plane.
fn ball_pixels(camera: &OrbitCamera, centre: Vec3, radius: f32, width: u32, height: u32) -> (f64, [f64; 2]) {
    let (right, up, backward) = camera.frame();
    let (across, upward) = camera.half_tangents(width as f32 / height as f32);
    let towards = centre - camera.eye();
    let cosine = (1.0 - (radius / towards.length()).powi(2)).sqrt();
    let (mut count, mut sum) = (0.0, [0.0, 0.0]);
    let fine = 4;
    for j in 0..height * fine {
        for i in 0..width * fine {
            let x = (i as f32 + 0.5) / fine as f32;
            let y = (j as f32 + 0.5) / fine as f32;
            let ndc = (2.0 * x / width as f32 - 1.0, 1.0 - 2.0 * y / height as f32);
            let ray = -backward + right * (across * ndc.0) + up * (upward * ndc.1);
            if ray.normalize().dot(towards.normalize()) > cosine {
                count += 1.0;
                sum[0] += f64::from(x);
                sum[1] += f64::from(y);
            }
        }
    }
    (count / f64::from(fine * fine), sum.map(|s: f64| s / f64::max(count, 1.0)))
}

#[test]
fn a_ball_covers_its_disc_whatever_the_mode_and_the_effort() {
    let Some(mut renderer) = renderer() else { return };
    let camera = OrbitCamera::default();
    let (centre, radius) = (Vec3::new(0.55, 0.45, 0.6), 0.3);
    let (area, middle) = ball_pixels(&camera, centre - 0.5, radius, 300, 260);
    for (name, grain) in [("ball-grain", true), ("ball-pore", false)] {
        let solid = ball(48, centre, radius);
        let data = if grain {
            solid
        } else {
            VolumeData { values: solid.values.iter().map(|v| 255 - v).collect::<Vec<_>>().into(), ..solid }
        };
        renderer.set_volumes(&[data]).expect("a volume");
        let surface = if grain { Surface::Grain } else { Surface::Pore };
        for (effort, step_scale, pixel_scale) in [("", 1.0, 2.0), ("-moving", 2.5, 0.5)] {
            let style = VolumeStyle { step_scale, pixel_scale, ..bare(Mode::Surface(surface)) };
            let picture = shot(&mut renderer, &format!("{name}{effort}"), &camera, &style, 300, 260);
            let (found, at) = picture.body(0..300);
            assert!((found / area - 1.0).abs() < 0.012, "{name}{effort}: {found} pixels, expected {area}");
            let miss = ((at[0] - middle[0]).powi(2) + (at[1] - middle[1]).powi(2)).sqrt();
            assert!(miss < 0.5, "{name}{effort}: centre {at:?}, expected {middle:?}");
        }
    }
}

#[test]
fn a_half_space_is_a_block_with_a_flat_cap_up_to_its_level() {
    let Some(mut renderer) = renderer() else { return };
    // Solid below z = 0.5, seen from the side: a rectangle that fills the lower half of the box's silhouette.
    renderer.set_volumes(&[volume(32, |p| f32::from(u8::from(p.z < 0.5)))]).expect("a volume");
    let camera: OrbitCamera = "0,0,6".parse().expect("a camera");
    let style = VolumeStyle { ambient_occlusion: false, ..bare(Mode::Surface(Surface::Grain)) };
    let picture = shot(&mut renderer, "half-space", &camera, &style, 200, 200);
    let (_, tangent) = camera.half_tangents(1.0);
    // The front face is at distance 5.5.
    let half = 0.5 / (5.5 * tangent) * 100.0;
    let (found, at) = picture.body(0..200);
    let area = 2.0 * f64::from(half) * f64::from(half);
    assert!((found / area - 1.0).abs() < 0.02, "{found} pixels, expected {area}");
    assert!((at[1] - 100.0 - f64::from(half) / 2.0).abs() < 0.6 && (at[0] - 100.0).abs() < 0.5, "{at:?}");
    // The cap is flat: one colour all over, up to fog and gloss across the face.
    let (a, b) = (picture.at(90, 110), picture.at(112, 126));
    assert!((0..3).all(|c| a[c].abs_diff(b[c]) <= 6), "{a:?} and {b:?}");
}

#[test]
fn two_volumes_stand_side_by_side_at_the_same_scale() {
    let Some(mut renderer) = renderer() else { return };
    let camera = OrbitCamera::default();
    // The second has half the voxels a side: at one voxel size its ball is half as wide.
    renderer.set_volumes(&[ball(40, Vec3::splat(0.5), 0.4), ball(20, Vec3::splat(0.5), 0.4)]).expect("two volumes");
    let picture = shot(&mut renderer, "two", &camera, &bare(Mode::Surface(Surface::Grain)), 400, 200);
    let ((left, left_at), (right, right_at)) = (picture.body(0..200), picture.body(200..400));
    let (area, middle) = ball_pixels(&camera, Vec3::ZERO, 0.4, 200, 200);
    let (small, _) = ball_pixels(&camera, Vec3::ZERO, 0.2, 200, 200);
    assert!((left / area - 1.0).abs() < 0.02 && (right / small - 1.0).abs() < 0.03, "{left} {area} {right} {small}");
    assert!((left_at[0] - middle[0]).abs() < 0.5 && (right_at[0] - 200.0 - middle[0]).abs() < 0.5);
    assert_eq!(side_by_side(2, 400, 200)[1].x, 200.0);
}

#[test]
fn the_clip_plane_takes_its_part_away_and_closes_the_cut() {
    let Some(mut renderer) = renderer() else { return };
    // Far away, so that the sides of the block hardly show.
    let camera: OrbitCamera = "0,89,20".parse().expect("a camera from above");
    renderer.set_volumes(&[volume(32, |_| 1.0)]).expect("a volume");
    let whole = bare(Mode::Surface(Surface::Grain));
    let (all, _) = shot(&mut renderer, "clip-none", &camera, &whole, 480, 480).body(0..480);
    // From above x points down in the picture (yaw 0 looks along −x): the nearer half has larger y.
    let near = VolumeStyle { clip: Some(ClipPlane::across(Axis::X, 0.25)), ..whole.clone() };
    let (kept, at) = shot(&mut renderer, "clip-x", &camera, &near, 480, 480).body(0..480);
    // In units of the top face at distance 19.5: side faces add the sine of one degree of tilt, and the cut also
    // shows because the eye is above the middle, by 0.25 / 19.5 − 0.25 / 20.5.
    let (tilt, seen) = (1f64.to_radians().sin(), 0.25 - 0.25 * 19.5 / 20.5);
    let expected = (0.25 + seen + tilt) / (1.0 + tilt);
    assert!((kept / all - expected).abs() < 0.01, "{kept} of {all}, expected {expected}");
    let flipped =
        VolumeStyle { clip: Some(ClipPlane { flip: true, ..ClipPlane::across(Axis::X, 0.25) }), ..whole.clone() };
    let (rest, rest_at) = shot(&mut renderer, "clip-x-flipped", &camera, &flipped, 480, 480).body(0..480);
    let expected = (0.75 + tilt) / (1.0 + tilt);
    assert!((rest / all - expected).abs() < 0.01, "{rest} of {all}, expected {expected}");
    assert!(at[1] < 240.0 && rest_at[1] > 240.0, "{at:?} {rest_at:?}");
    // A cut through a closed shell shows solid, then the hollow, then solid.
    let shell = volume(48, |p| {
        let r = p.distance(Vec3::splat(0.5));
        f32::from(u8::from((0.25..0.45).contains(&r)))
    });
    let camera: OrbitCamera = "0,89,6".parse().expect("a camera from above");
    renderer.set_volumes(&[shell]).expect("a volume");
    let cut = VolumeStyle { clip: Some(ClipPlane::across(Axis::Z, 0.5)), ..bare(Mode::Surface(Surface::Grain)) };
    let picture = shot(&mut renderer, "clip-shell", &camera, &cut, 160, 160);
    // The cut is at distance 6: the radius 0.35 is in the cap, the middle looks into the hollow.
    let (_, tangent) = camera.half_tangents(1.0);
    let reach = (0.35 / (6.0 * tangent) * 80.0) as usize;
    let (cap, hollow) = (picture.at(80 + reach, 80), picture.at(80, 80));
    assert!(cap[0] > hollow[0] + 25, "the cap {cap:?} is lit, the hollow {hollow:?} is shaded");
    assert_eq!(cap[3], 255);
}

#[test]
fn slices_show_the_voxels_as_they_are() {
    let Some(mut renderer) = renderer() else { return };
    let side = 8usize;
    // Every voxel has its own value.
    let values: Vec<u8> = (0..side * side * side).map(|i| (i * 37 % 256) as u8).collect();
    renderer.set_volumes(&[VolumeData { shape: [side; 3], values: values.clone().into() }]).expect("a volume");
    let camera: OrbitCamera = "-60,30,3.5".parse().expect("a camera");
    let slices = [0.3, 0.55, 0.8];
    let style =
        VolumeStyle { slices: Some(slices), slice_range: [[0.0; 3], [1.0; 3]], pixel_scale: 1.0, ..bare(Mode::Slices) };
    let size = 512u32;
    let picture = shot(&mut renderer, "slices", &camera, &style, size, size);
    let matrix: Mat4 = camera.projection(1.0) * camera.view();
    let cell = |share: f32| ((share * side as f32) as usize).min(side - 1);
    let mut seen = 0;
    for axis in 0..3 {
        // (x, y, z) of the plane; the others run over voxel centres.
        let at = slices[2 - axis];
        for i in 0..side {
            for j in 0..side {
                let mut point = Vec3::ZERO;
                point[axis] = at;
                point[(axis + 1) % 3] = (i as f32 + 0.5) / side as f32;
                point[(axis + 2) % 3] = (j as f32 + 0.5) / side as f32;
                // Hidden if one of the other planes lies between the point and the eye.
                let (p, eye) = (point - 0.5, camera.eye());
                let hidden = (0..3).any(|other| {
                    let plane = slices[2 - other] - 0.5;
                    let t = (plane - p[other]) / (eye[other] - p[other]);
                    let hit = p + t * (eye - p);
                    other != axis && t > 1e-4 && t < 1.0 && hit.abs().max_element() <= 0.5 + 1e-4
                });
                if hidden {
                    continue;
                }
                let index = [cell(point.z), cell(point.y), cell(point.x)];
                let expected = values[(index[0] * side + index[1]) * side + index[2]];
                let screen = matrix.project_point3(p);
                let (x, y) = ((screen.x + 1.0) * 0.5 * size as f32, (1.0 - screen.y) * 0.5 * size as f32);
                let found = picture.at(x as usize, y as usize);
                assert!((0..3).all(|c| found[c].abs_diff(expected) <= 1), "{point}: {found:?}, voxel {expected}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} voxels were in view");
}

#[test]
fn density_is_as_opaque_as_its_transfer_function_says() {
    let Some(mut renderer) = renderer() else { return };
    let camera: OrbitCamera = "0,0,6".parse().expect("a camera");
    let transfer = Transfer { low: 0.0, high: 1.0, pore: 0.0, grain: 0.2 };
    let style = VolumeStyle { transfer, pixel_scale: 1.0, ..bare(Mode::Density) };
    for (side, value, opacity) in
        [(4, 1.0, 1.0 - 0.8f64.powf(16.0)), (32, 1.0, 1.0 - 0.8f64.powf(16.0)), (32, 0.25, 0.0)]
    {
        renderer.set_volumes(&[volume(side, |_| value)]).expect("a volume");
        let picture = shot(&mut renderer, &format!("density-{side}-{value}"), &camera, &style, 100, 100);
        // A smoothstep at 0.25 is 0.15625.
        let expected = if value < 1.0 { 1.0 - 0.8f64.powf(16.0 * 0.15625) } else { opacity };
        let found = f64::from(picture.at(50, 50)[3]) / 255.0;
        assert!((found - expected).abs() < 0.02, "{side}³ at {value}: {found}, expected {expected}");
    }
    renderer.set_volumes(&[volume(16, |_| 0.1)]).expect("a volume");
    let empty = VolumeStyle { transfer: Transfer { low: 0.2, ..transfer }, ..style };
    assert_eq!(shot(&mut renderer, "density-empty", &camera, &empty, 100, 100).body(0..100).0, 0.0);
}

#[test]
fn a_thin_wall_and_a_thread_are_not_lost() {
    let Some(mut renderer) = renderer() else { return };
    // A wall of one voxel and a thread of one voxel in an empty box.
    let side = 40usize;
    let mut values = vec![0u8; side * side * side];
    for a in 0..side {
        for b in 0..side {
            values[(a * side + b) * side + 10] = 255;
        }
        values[(20 * side + 20) * side + a] = 255;
    }
    renderer.set_volumes(&[VolumeData { shape: [side; 3], values: values.into() }]).expect("a volume");
    let camera: OrbitCamera = "30,10,3.5".parse().expect("a camera");
    let style = bare(Mode::Surface(Surface::Grain));
    let picture = shot(&mut renderer, "thin", &camera, &style, 240, 240);
    let matrix = camera.projection(1.0) * camera.view();
    for i in 1..20 {
        let point = Vec3::new(i as f32 / 20.0, 20.5 / 40.0, 20.5 / 40.0) - 0.5;
        let at = matrix.project_point3(point);
        let (x, y) = ((at.x + 1.0) * 120.0, (1.0 - at.y) * 120.0);
        assert!(picture.at(x as usize, y as usize)[3] > 100, "the thread has a gap at {point}");
    }
}

#[test]
fn backgrounds_and_lines_keep_their_colours() {
    let Some(mut renderer) = renderer() else { return };
    let camera = OrbitCamera::default();
    renderer.set_volumes(&[volume(8, |_| 0.0)]).expect("a volume");
    let style = VolumeStyle { pixel_scale: 2.0, line_width: 3.0, ..VolumeStyle::themed(true) };
    let picture = shot(&mut renderer, "empty-dark", &camera, &style, 240, 240);
    let expected = style.background.map(|c| (c * 255.0).round() as u8);
    let corner = picture.at(2, 2);
    assert!((0..4).all(|c| corner[c].abs_diff(expected[c]) <= 1), "{corner:?}, expected {expected:?}");
    let brightest = (0..240 * 240).map(|i| picture.pixels[4 * i]).max().expect("pixels");
    assert!(brightest.abs_diff((style.line[0] * 255.0) as u8) < 12, "lines: {brightest}");
}

#[test]
fn impossible_requests_are_refused_with_a_reason() {
    let Some(mut renderer) = renderer() else { return };
    let long = renderer.largest_side() as usize + 1;
    let too_large = VolumeData { shape: [1, 1, long], values: vec![0; long].into() };
    assert!(matches!(renderer.set_volumes(&[too_large]), Err(ViewError::TooLarge { .. })));
    let three = [volume(2, |_| 1.0), volume(2, |_| 1.0), volume(2, |_| 1.0)];
    assert!(matches!(renderer.set_volumes(&three), Err(ViewError::Volume(_))));
    let nothing = pollster::block_on(renderer.screenshot(&OrbitCamera::default(), &VolumeStyle::default(), 0, 10));
    assert!(matches!(nothing, Err(ViewError::ReadBack(_))));
    let style =
        VolumeStyle { step_scale: f32::NAN, pixel_scale: f32::NAN, line_width: f32::NAN, ..VolumeStyle::default() };
    renderer.set_volumes(&[volume(4, |_| 1.0)]).expect("a volume");
    assert!(pollster::block_on(renderer.screenshot(&OrbitCamera::default(), &style, 20, 20)).is_ok());
}
