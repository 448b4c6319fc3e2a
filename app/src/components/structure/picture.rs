//! Structures as a stage shows them: [`StructureView`] with what is to be shown of a moment.

use std::pin::Pin;

use samples::structure::Structure;
use shaders::{
    ViewError,
    structure::{
        AtomData, AtomSite, CellDirection, CertaintyStyle, OpenBonds, Overlay, Palette, Projection, StructureBond,
        StructureCamera, StructureOptions, StructureView, Style,
    },
};
use web_sys::HtmlCanvasElement;

use crate::{
    browser::preferences::Theme,
    components::stage::{CanvasSize, Pace, Picture, background, input::Movement},
    metrics::crystals::align::LaidOver,
    state::{
        crystal::{self, StructureLook},
        specimen::Moment,
    },
};

/// Milliseconds between two frames above which moving pictures are drawn more coarsely.
const SLOW_MS: f64 = 45.0;
/// Rendered pixels per canvas pixel along a side: of pictures that stay, and of slow moving ones.
const PIXEL_SCALES: (f32, f32) = (2.0, 1.0);

/// What looks after every frame: labels follow their atoms.
type Watcher = Box<dyn Fn(&StructureView)>;

/// What a frame shows that has not been drawn.
struct Next {
    moment: Moment,
    /// Arrows at its atoms.
    arrows: Vec<[f32; 3]>,
    /// Whether it is of another specimen than the frame before.
    other: bool,
}

/// A structure, perhaps with another one over it.
pub struct StructurePicture {
    view: StructureView,
    /// Height of the canvas in units of its shorter side: what the camera counts in.
    height: f32,
    /// What is to be shown from the next frame on.
    next: Option<Next>,
    over: Option<LaidOver>,
    selection: Vec<AtomSite>,
    /// Whether the visitor has moved the camera since another specimen was shown.
    steered: bool,
    has_structure: bool,
    /// Whether frames of this structure take long.
    slow: bool,
    watcher: Option<Watcher>,
    /// Told why something is not drawn, while the rest goes on.
    refused: Option<Box<dyn Fn(String)>>,
}

impl StructurePicture {
    /// Shows a moment with arrows at its atoms, or none; `other`: of another specimen, so that the camera has to find it.
    pub fn set_moment(&mut self, moment: Moment, arrows: Vec<[f32; 3]>, other: bool) {
        let pending = self.next.as_ref().is_some_and(|next| next.other);
        self.next = Some(Next { moment, arrows, other: other || pending });
    }

    /// Lays another structure over it.
    pub fn set_over(&mut self, over: Option<LaidOver>) {
        self.over = over;
        self.show_over();
    }

    /// Changes how it is shown.
    pub fn set_look(&mut self, look: &StructureLook, theme: Theme) {
        let projection = if look.orthographic { Projection::Orthographic } else { Projection::Perspective };
        self.view.camera_mut().projection = projection;
        let outcome = self.view.set_options(options(look, theme));
        self.report(outcome);
    }

    /// Marks atoms.
    pub fn set_selection(&mut self, selection: Vec<AtomSite>) {
        self.view.set_selection(&selection);
        self.selection = selection;
    }

    /// Looks along a direction of the cell; a molecule has none.
    pub fn look_along(&mut self, structure: &Structure, direction: CellDirection) {
        if let Structure::Crystal(crystal) = structure {
            self.view.camera_mut().look_along_cell(crystal.lattice(), direction);
        }
    }

    /// Brings everything into view.
    pub fn fit(&mut self) {
        self.view.fit();
        self.steered = false;
    }

    /// The view, to be asked where things are.
    pub fn view(&mut self) -> &mut StructureView {
        &mut self.view
    }

    /// Has every frame looked at.
    pub fn set_watcher(&mut self, watcher: impl Fn(&StructureView) + 'static, refused: impl Fn(String) + 'static) {
        self.watcher = Some(Box::new(watcher));
        self.refused = Some(Box::new(refused));
    }

    fn report(&self, outcome: Result<(), ViewError>) {
        if let (Err(error), Some(refused)) = (outcome, &self.refused) {
            refused(error.to_string());
        }
    }

    fn set_pixel_scale(&mut self, scale: f32) -> Result<(), ViewError> {
        if self.view.options().pixel_scale == scale {
            return Ok(());
        }
        let options = StructureOptions { pixel_scale: scale, ..self.view.options().clone() };
        self.view.set_options(options)
    }

    fn show_next(&mut self) {
        let Some(Next { moment, arrows, other }) = self.next.take() else { return };
        let structure = moment.structure();
        let bonds = bonds(structure);
        let data = AtomData { certainty: &moment.frame().certainty, vectors: &arrows };
        let outcome = if other || !self.has_structure {
            let shown = self.view.set_structure(structure, &bonds);
            (self.steered, self.slow) = (false, false);
            shown.and_then(|()| {
                let bare = data.certainty.is_empty() && data.vectors.is_empty();
                if bare { Ok(()) } else { self.view.set_frame(structure, &bonds, data) }
            })
        } else {
            self.view.set_frame(structure, &bonds, data)
        };
        self.has_structure |= outcome.is_ok();
        self.report(outcome);
        if !self.steered {
            self.view.fit();
        }
        self.view.set_selection(&self.selection);
        self.show_over();
    }

    fn show_over(&mut self) {
        if !self.has_structure {
            return;
        }
        let over = self.over.take();
        let bonds = over.as_ref().map(|over| bonds(&over.structure)).unwrap_or_default();
        let outcome = self.view.set_overlay(over.as_ref().map(|LaidOver { structure, cells }| Overlay {
            structure,
            bonds: &bonds,
            cells,
        }));
        self.over = over;
        self.report(outcome);
    }
}

/// The bonds of a structure. Atoms on top of one another, as at the start of a sampling, are shown without.
fn bonds(structure: &Structure) -> Vec<StructureBond> {
    StructureBond::of(structure).unwrap_or_default()
}

impl Picture for StructurePicture {
    async fn open(canvas: HtmlCanvasElement) -> Result<Self, ViewError> {
        Ok(Self {
            view: StructureView::new(canvas).await?,
            height: 1.0,
            next: None,
            over: None,
            selection: Vec::new(),
            steered: false,
            has_structure: false,
            slow: false,
            watcher: None,
            refused: None,
        })
    }

    fn backend(&self) -> String {
        self.view.backend().to_owned()
    }

    fn lost(&self) -> Option<String> {
        self.view.lost()
    }

    fn when_lost(&self) -> Pin<Box<dyn Future<Output = String>>> {
        Box::pin(self.view.when_lost())
    }

    fn resize(&mut self, size: CanvasSize) {
        let [width, height] = size.css.map(|side| side.max(1.0));
        self.height = height / width.min(height);
        self.view.resize(width, height, size.ratio);
    }

    fn steer(&mut self, movement: Movement) {
        let height = self.height;
        let camera = self.view.camera_mut();
        match movement {
            Movement::Orbit(dx, dy) => camera.orbit(dx * height, dy * height),
            Movement::Pan(dx, dy) => camera.pan(dx * height, dy * height),
            Movement::Zoom(factor) => camera.zoom(factor),
            Movement::Reset => {
                let projection = camera.projection;
                *camera = StructureCamera { projection, ..StructureCamera::default() };
                self.fit();
                return;
            }
        }
        // Turning by itself is no wish of the visitor's, but it needs no other distance either.
        self.steered |= !matches!(movement, Movement::Orbit(..));
    }

    fn draw(&mut self, pace: Pace) -> Result<bool, ViewError> {
        self.show_next();
        if !self.has_structure {
            return Ok(false);
        }
        if let Pace::Moving(Some(elapsed)) = pace {
            self.slow |= elapsed > SLOW_MS;
        }
        let coarse = self.slow && pace != Pace::Still;
        self.set_pixel_scale(if coarse { PIXEL_SCALES.1 } else { PIXEL_SCALES.0 })?;
        self.view.render()?;
        if let Some(watcher) = &self.watcher {
            watcher(&self.view);
        }
        Ok(true)
    }

    async fn screenshot(&mut self, [width, height]: [u32; 2], transparent: bool) -> Result<Vec<u8>, ViewError> {
        self.show_next();
        let before = self.view.options().clone();
        if transparent {
            let mut options = before.clone();
            options.background[3] = 0.0;
            self.view.set_options(options)?;
        }
        // Drawn at once: what the options were matters no longer.
        let pixels = self.view.screenshot(width, height);
        self.view.set_options(before)?;
        pixels.await
    }
}

/// The view's options for the visitor's.
fn options(look: &StructureLook, theme: Theme) -> StructureOptions {
    let dark = theme == Theme::Dark;
    StructureOptions {
        style: match look.style {
            crystal::Style::BallAndStick => Style::BallAndStick,
            crystal::Style::Spacefill => Style::Spacefill,
            crystal::Style::Sticks => Style::Sticks,
            crystal::Style::Polyhedra => Style::Polyhedra,
        },
        palette: match look.palette {
            crystal::Palette::Jmol => Palette::Jmol,
            crystal::Palette::Vesta => Palette::Vesta,
        },
        supercell: look.supercell,
        image_atoms: look.image_atoms,
        // Stumps at every atom of a face would hide the cell.
        open_bonds: OpenBonds::Hide,
        cell: look.cell,
        axes: look.axes,
        hidden: look.hidden.clone(),
        certainty: if look.certainty { CertaintyStyle::Opacity } else { CertaintyStyle::Hidden },
        ambient_occlusion: look.ambient_occlusion,
        outline: look.outline,
        background: background(dark),
        pixel_scale: PIXEL_SCALES.0,
        ..StructureOptions::themed(dark)
    }
}
