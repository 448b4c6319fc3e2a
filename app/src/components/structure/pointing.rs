//! What lies under the pointer, and what the visitor picked.

use leptos::{prelude::*, task::spawn_local};
use samples::structure::{BondOrder, Structure};
use shaders::structure::{AtomSite, Picked, StructureBond, measure};

use super::picture::StructurePicture;
use crate::{
    components::stage::{ControllerHandle, input::Pointing, with},
    session::CrystalCase,
    state::specimen::Moment,
    text::structure::{certainty, coordinates, measurement, shares},
};

/// What is under the pointer, and where that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hovered {
    /// CSS pixels from the left.
    pub x: f32,
    /// CSS pixels from the top.
    pub y: f32,
    /// An atom, a bond, or the atom of a polyhedron.
    pub what: Picked,
}

/// Follows the pointer: the answer of the device comes later, and only the newest question counts.
pub fn follow(
    case: CrystalCase,
    handle: ControllerHandle<StructurePicture>,
    hovered: RwSignal<Option<Hovered>>,
) -> Callback<Pointing> {
    let newest = StoredValue::new(0u32);
    // A canvas asks for one place at a time; moves that come meanwhile are left out.
    let asking = StoredValue::new(false);
    Callback::new(move |pointing: Pointing| {
        let (x, y, click) = match pointing {
            Pointing::Away => {
                newest.update_value(|n| *n = n.wrapping_add(1));
                mark(handle, hovered, None);
                return;
            }
            Pointing::At(x, y) => (x, y, None),
            Pointing::Click { x, y, adds } => (x, y, Some(adds)),
        };
        if click.is_none() && asking.get_value() {
            return;
        }
        let mut question = None;
        with(handle, |controller| question = controller.ask(|picture| picture.view().pick(x, y)));
        let Some(question) = question else { return };
        newest.update_value(|n| *n = n.wrapping_add(1));
        let number = newest.get_value();
        asking.set_value(true);
        spawn_local(async move {
            let picked = question.await;
            if asking.try_set_value(false).is_some() {
                return;
            }
            // A device that fails here fails at the next frame too, which tells it.
            let what = picked.ok().flatten();
            let now = what.map(|what| Hovered { x, y, what });
            match click {
                // A tap on a touch screen shows what is there as well as it selects it.
                Some(adds) => {
                    click_on(case, what, adds);
                    mark(handle, hovered, now);
                }
                None if newest.get_value() == number => mark(handle, hovered, now),
                None => {}
            }
        });
    })
}

/// Selects an atom, or lets it go; the two atoms of a bond, which measures it.
fn click_on(case: CrystalCase, what: Option<Picked>, adds: bool) {
    match what {
        Some(Picked::Atom(site) | Picked::Polyhedron(site)) => case.select(Some(site), true),
        Some(Picked::Bond { bond, cell }) => {
            if !adds {
                case.select(None, false);
            }
            for end in bond.ends(cell) {
                if case.selection.with_untracked(|selection| !selection.contains(&end)) {
                    case.select(Some(end), true);
                }
            }
        }
        None => case.select(None, adds),
    }
}

fn mark(handle: ControllerHandle<StructurePicture>, hovered: RwSignal<Option<Hovered>>, now: Option<Hovered>) {
    if hovered.try_with_untracked(|before| *before == now) == Some(false) {
        hovered.set(now);
        with(handle, move |controller| {
            controller.change(move |picture| picture.view().set_hovered(now.map(|h| h.what)));
        });
    }
}

/// `Sr 1`, with the cell where it is not the first.
pub fn name(structure: &Structure, site: AtomSite) -> String {
    let element = structure.elements().get(site.atom as usize).map_or("?", |element| element.symbol());
    let cell = match site.cell {
        [0, 0, 0] => String::new(),
        [a, b, c] => format!(" in cell ({a}, {b}, {c})").replace('-', "−"),
    };
    format!("{element} {}{cell}", site.atom + 1)
}

/// Everything about what is under the pointer, a line each.
pub fn describe(moment: &Moment, what: Picked) -> Vec<String> {
    match what {
        Picked::Atom(site) | Picked::Polyhedron(site) => describe_atom(moment, site),
        Picked::Bond { bond, cell } => describe_bond(moment.structure(), bond, cell),
    }
}

/// Between which atoms, how long, of which order where the file says so.
fn describe_bond(structure: &Structure, bond: StructureBond, cell: [i32; 3]) -> Vec<String> {
    let ends = bond.ends(cell);
    let [first, second] = ends.map(|site| name(structure, site));
    let is_given = matches!(structure, Structure::Molecule(molecule) if !molecule.bonds().is_empty());
    let order = match (is_given, bond.order) {
        (false, _) => "bond by distance",
        (true, BondOrder::Single) => "single bond",
        (true, BondOrder::Double) => "double bond",
        (true, BondOrder::Triple) => "triple bond",
        (true, BondOrder::Aromatic) => "aromatic bond",
    };
    let mut lines = vec![format!("{first} – {second}"), order.to_owned()];
    if let [Some(from), Some(to)] = ends.map(|site| measure::position(structure, site)) {
        lines.push(format!("length {:.4} Å", measure::distance(from, to, None)));
    }
    lines
}

/// Everything about an atom, a line each.
pub fn describe_atom(moment: &Moment, site: AtomSite) -> Vec<String> {
    let atom = site.atom as usize;
    let mut lines = vec![name(moment.structure(), site)];
    if let Some(crystal) = moment.crystal() {
        if let Some(mixed) = crystal.mixed_site(atom) {
            lines.push(format!("the site: {}", shares(mixed)));
        }
        if let Some(&f) = crystal.fractional_coordinates().get(atom) {
            lines.push(format!("fractional {}", coordinates(f, 4)));
        }
    }
    if let Some(position) = measure::position(moment.structure(), site) {
        lines.push(format!("Cartesian {} Å", coordinates(position, 3)));
    }
    if let Some(certainty) = certainty(&moment.frame().certainty, atom) {
        lines.push(format!("certainty {certainty}"));
    }
    lines
}

/// What the selected atoms measure, in their order: distances, angles, a dihedral.
pub fn measures(structure: &Structure, selection: &[AtomSite]) -> Vec<String> {
    let mut lines = Vec::new();
    for count in 2..=4 {
        for (i, sites) in selection.windows(count).enumerate() {
            // The table's atoms are all of the first cell; another one is among them only if its image was clicked.
            let images = sites.iter().any(|site| site.cell != [0; 3]);
            if let Some(measured) = measure::Measured::of(structure, sites) {
                lines.push(measurement(i + 1, count, measured.drawn, measured.nearest, images));
            }
        }
    }
    lines
}
