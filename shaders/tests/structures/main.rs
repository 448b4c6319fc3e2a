//! Pictures of structures with known answers, drawn by whatever Vulkan driver there is (Mesa's lavapipe where there
//! is no hardware).

mod effects;
mod reference;
mod shapes;
#[path = "../shot/mod.rs"]
mod shot;
mod uses;

use glam::Vec3;
use samples::structure::{BondOrder, Crystal, Element, Lattice, Molecule, Structure};
use shaders::ViewError;
use shaders::structure::{Projection, StructureBond, StructureCamera, StructureOptions, StructureRenderer};
use shot::Shot;

/// A renderer, or nothing with a loud word where no driver exists and `make test` has not asked for one.
fn renderer() -> Option<StructureRenderer> {
    match pollster::block_on(StructureRenderer::headless()) {
        Ok(renderer) => Some(renderer),
        Err(ViewError::NoAdapter(reason)) => {
            assert!(std::env::var_os("VITRINE_NEEDS_VULKAN").is_none(), "no Vulkan adapter: {reason}");
            eprintln!("\n*** IMAGE TEST NOT RUN: no Vulkan adapter ({reason}). Install mesa-vulkan-drivers. ***\n");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn shot(renderer: &mut StructureRenderer, name: &str, width: u32, height: u32) -> Shot {
    let pixels = pollster::block_on(renderer.screenshot(width, height)).expect(name);
    Shot::keep(&format!("structure-{name}"), pixels, width, height)
}

/// Nothing but the atoms and bonds, before nothing.
fn bare() -> StructureOptions {
    StructureOptions {
        background: [0.0; 4],
        cell: false,
        axes: false,
        depth_cue: 0.0,
        image_atoms: false,
        pixel_scale: 2.0,
        ..StructureOptions::default()
    }
}

fn elements(symbols: &[&str]) -> Vec<Element> {
    symbols.iter().map(|symbol| symbol.parse().expect("an element")).collect()
}

fn molecule(symbols: &[&str], positions: &[[f64; 3]]) -> Structure {
    Structure::Molecule(Molecule::new(elements(symbols), positions.to_vec()).expect("a molecule"))
}

fn bond(first: u32, second: u32, image: [i32; 3]) -> StructureBond {
    StructureBond { atoms: [first, second], image, order: BondOrder::Single }
}

/// SrTiO₃ with titanium in the middle, and titanium's bonds.
fn perovskite() -> (Structure, Vec<StructureBond>) {
    let lattice = Lattice::from_parameters([3.905; 3], [90.0; 3]).expect("a cube");
    let fractions = vec![[0.0; 3], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
    let crystal = Crystal::new(lattice, elements(&["Sr", "Ti", "O", "O", "O"]), fractions).expect("a crystal");
    let bonds = vec![
        bond(1, 2, [0; 3]),
        bond(1, 2, [0, 0, 1]),
        bond(1, 3, [0; 3]),
        bond(1, 3, [0, 1, 0]),
        bond(1, 4, [0; 3]),
        bond(1, 4, [1, 0, 0]),
    ];
    (Structure::Crystal(crystal), bonds)
}

/// A camera that looks along −z with x to the right.
fn from_above(extent: f32, projection: Projection) -> StructureCamera {
    let mut camera = StructureCamera { extent, projection, ..StructureCamera::default() };
    camera.look_along(Vec3::Z, Vec3::Y);
    camera
}

/// Radius of a ball of [`bare`], Å.
fn ball_radius(symbol: &str) -> f32 {
    0.5 * elements(&[symbol])[0].facts().covalent_radius as f32
}
