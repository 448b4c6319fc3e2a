//! Draws a structure into any texture: what a canvas and the image tests share.

use std::sync::Arc;

use glam::{DVec3, Vec2};
use samples::structure::Structure;

use super::buffers::ListBuffer;
use super::content::{AtomData, Content, Overlay};
use super::figure::{Targets, WholePicture};
use super::instances::{Cylinder, Sphere, colour};
use super::lists::{Lists, Uniforms, copies};
use super::pick::Picked;
use super::pipelines::Pipelines;
use super::scene::{Counts, Role, Scene, line_colour, segment, stick_radius};
use super::{AtomSite, StructureBond, StructureCamera, StructureOptions};
use crate::gpu::Gpu;
use crate::lines::Segment;
use crate::{ViewError, read_back};

/// How much larger than its atom a highlight is, Å.
const HIGHLIGHT: f32 = 0.22;

/// Opacity of the highlight under the pointer.
const HOVERED: f32 = 0.28;

/// A device with pipelines and a structure; lives as long as the page or the test.
pub struct StructureRenderer {
    pub(super) gpu: Gpu,
    pub(super) pipelines: Pipelines,
    pub(super) whole: WholePicture,
    pub(super) main: Uniforms,
    pub(super) picking: Uniforms,
    pub(super) corner: Uniforms,
    pub(super) options: StructureOptions,
    pub(super) camera: StructureCamera,
    pub(super) content: Option<Content>,
    overlay: Option<Content>,
    /// What is at the origin of the world, in the structure's coordinates.
    pub(super) middle: DVec3,
    pub(super) scene: Arc<Scene>,
    pub(super) second: Scene,
    pub(super) lists: Lists,
    pub(super) second_lists: Lists,
    pub(super) corner_lists: Lists,
    selection: Vec<AtomSite>,
    hovered: Option<Picked>,
    pub(super) highlights: ListBuffer<Sphere>,
    pub(super) highlighted_sticks: ListBuffer<Cylinder>,
    pub(super) measured: ListBuffer<Segment>,
    pub(super) targets: Option<Targets>,
    /// Whether hidden things are left out before they are drawn.
    pub(super) culls: bool,
    /// CSS pixels, and canvas pixels per CSS pixel.
    pub(super) viewport: Option<(Vec2, f32)>,
}

impl StructureRenderer {
    /// A renderer without a canvas on the first Vulkan adapter, a software one included.
    ///
    /// # Errors
    /// No adapter or no device.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn headless() -> Result<Self, ViewError> {
        Ok(Self::new(Gpu::headless().await?, read_back::FORMAT))
    }

    /// Pipelines on a device, for canvases of one (not sRGB) format.
    pub(crate) fn new(gpu: Gpu, format: wgpu::TextureFormat) -> Self {
        let pipelines = Pipelines::new(&gpu, format);
        let uniforms = || Uniforms::new(&gpu, &pipelines.uniform);
        Self {
            whole: WholePicture::new(&gpu, format, read_back::FORMAT),
            main: uniforms(),
            picking: uniforms(),
            corner: uniforms(),
            options: StructureOptions::default(),
            camera: StructureCamera::default(),
            content: None,
            overlay: None,
            middle: DVec3::ZERO,
            scene: Arc::new(Scene::default()),
            second: Scene::default(),
            lists: Lists::new(&gpu),
            second_lists: Lists::new(&gpu),
            corner_lists: Lists::new(&gpu),
            selection: Vec::new(),
            hovered: None,
            highlights: ListBuffer::with_copies(&gpu, wgpu::BufferUsages::VERTEX, copies(&gpu)),
            highlighted_sticks: ListBuffer::with_copies(&gpu, wgpu::BufferUsages::VERTEX, copies(&gpu)),
            measured: ListBuffer::with_copies(&gpu, wgpu::BufferUsages::VERTEX, copies(&gpu)),
            targets: None,
            culls: gpu.software,
            viewport: None,
            pipelines,
            gpu,
        }
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Interface and adapter, for people.
    pub fn backend(&self) -> &str {
        &self.gpu.name
    }

    /// Ends when the device is lost, with the reason; for pages that do not draw all the time.
    pub fn when_lost(&self) -> impl Future<Output = String> + use<> {
        self.gpu.when_lost()
    }

    /// Shows a structure with these bonds and brings it into view; the direction of view stays. Certainty, vectors,
    /// selection and the second structure go.
    ///
    /// # Errors
    /// Bonds that name atoms that are not there, or more atoms in all cells than can be drawn. What was shown before
    /// stays.
    pub fn set_structure(&mut self, structure: &Structure, bonds: &[StructureBond]) -> Result<(), ViewError> {
        let content = Content::new(structure, bonds)?;
        let middle = content.atoms.middle(self.options.supercell());
        let scene = Scene::build(&content, &self.options, Role::Main, middle)?;
        self.content = Some(content);
        self.middle = middle;
        self.overlay = None;
        self.selection.clear();
        self.hovered = None;
        self.take(scene, Scene::default());
        self.camera.fit(self.scene.reach);
        Ok(())
    }

    /// Shows another frame of a trajectory: positions, cell, elements and bonds may change, the camera and the
    /// options stay. Only buffers are written.
    ///
    /// # Errors
    /// As [`Self::set_structure`], and data that are not one per atom or not finite.
    pub fn set_frame(
        &mut self,
        structure: &Structure,
        bonds: &[StructureBond],
        data: AtomData,
    ) -> Result<(), ViewError> {
        let mut content = Content::new(structure, bonds)?;
        content.set_atom_data(data)?;
        // A molecule would seem to stand still while its parts move if its own middle were followed.
        let follows = content.atoms.lattice.is_some() || self.content.is_none();
        let middle = if follows { content.atoms.middle(self.options.supercell()) } else { self.middle };
        let scene = Scene::build(&content, &self.options, Role::Main, middle)?;
        let second = self.build_second(middle)?;
        self.content = Some(content);
        self.middle = middle;
        self.take(scene, second);
        Ok(())
    }

    /// Shows a second structure over the first, translucent and of one colour, in the first one's coordinates;
    /// `None` takes it away.
    ///
    /// # Errors
    /// As [`Self::set_structure`], and cells that are not one per atom or far away.
    pub fn set_overlay(&mut self, overlay: Option<Overlay>) -> Result<(), ViewError> {
        let before = self.overlay.take();
        let built = overlay.map(Content::of_overlay).transpose().and_then(|content| {
            self.overlay = content;
            self.build_second(self.middle)
        });
        match built {
            Ok(second) => {
                self.second = second;
                self.second_lists.write(&self.gpu, &self.second);
                Ok(())
            }
            Err(error) => {
                self.overlay = before;
                Err(error)
            }
        }
    }

    /// Changes how everything is shown.
    ///
    /// # Errors
    /// More atoms in all cells than can be drawn; then the options stay as they were.
    pub fn set_options(&mut self, options: StructureOptions) -> Result<(), ViewError> {
        let before = std::mem::replace(&mut self.options, options);
        if same_scene(&before, &self.options) {
            return Ok(());
        }
        let cells_changed = before.supercell() != self.options.supercell();
        let middle = match &self.content {
            Some(content) if cells_changed && content.atoms.lattice.is_some() => {
                content.atoms.middle(self.options.supercell())
            }
            _ => self.middle,
        };
        let built = self
            .content
            .as_ref()
            .map_or(Ok(Scene::default()), |content| Scene::build(content, &self.options, Role::Main, middle));
        match built.and_then(|scene| Ok((scene, self.build_second(middle)?))) {
            Ok((scene, second)) => {
                self.middle = middle;
                self.take(scene, second);
                if cells_changed {
                    self.camera.fit(self.scene.reach);
                }
                Ok(())
            }
            Err(error) => {
                self.options = before;
                Err(error)
            }
        }
    }

    /// How everything is shown.
    pub fn options(&self) -> &StructureOptions {
        &self.options
    }

    /// Where the picture is taken from.
    pub fn camera(&self) -> &StructureCamera {
        &self.camera
    }

    /// To be turned, moved and zoomed by the page.
    pub fn camera_mut(&mut self) -> &mut StructureCamera {
        &mut self.camera
    }

    /// Brings everything into view; the direction of view stays.
    pub fn fit(&mut self) {
        self.camera.fit(self.scene.reach.max(self.second.reach));
    }

    /// What the picture shows.
    pub fn counts(&self) -> Counts {
        self.scene.counts
    }

    /// Highlights atoms and joins them by lines in their order; sites that are not drawn are left out.
    pub fn set_selection(&mut self, selection: &[AtomSite]) {
        self.selection = selection.to_vec();
        self.write_highlights();
    }

    /// Highlights what is under the pointer: an atom, also for its polyhedron, or a bond.
    pub fn set_hovered(&mut self, hovered: Option<Picked>) {
        if self.hovered != hovered {
            self.hovered = hovered;
            self.write_highlights();
        }
    }

    /// Size of the canvas in CSS pixels and canvas pixels per CSS pixel; for [`Self::pick`] and [`Self::anchor`].
    pub fn set_viewport(&mut self, width: f32, height: f32, ratio: f32) {
        let usable = width > 0.0 && height > 0.0 && ratio > 0.0 && (width * height * ratio).is_finite();
        self.viewport = usable.then(|| (Vec2::new(width, height), ratio));
    }

    /// Ends when the adapter has finished everything asked so far.
    ///
    /// # Errors
    /// A lost device or one that reported an error.
    pub async fn finished(&self) -> Result<(), ViewError> {
        self.gpu.finished().await
    }

    fn build_second(&self, middle: DVec3) -> Result<Scene, ViewError> {
        match &self.overlay {
            Some(content) => Scene::build(content, &self.options, Role::Overlay, middle),
            None => Ok(Scene::default()),
        }
    }

    fn take(&mut self, scene: Scene, second: Scene) {
        self.second_lists.write(&self.gpu, &second);
        self.second = second;
        self.lists.write(&self.gpu, &scene);
        self.scene = Arc::new(scene);
        self.write_highlights();
    }

    fn write_highlights(&mut self) {
        let place = |site: &AtomSite| {
            self.scene.sites.find(*site).map(|place| place as usize).filter(|&place| self.scene.is_shown(place))
        };
        let around = |place: usize, opacity: f32| Sphere {
            centre: self.scene.sites.positions[place],
            radius: self.scene.radius(place) + HIGHLIGHT,
            colour: colour(self.options.highlight, opacity),
            id: 0,
        };
        let selected: Vec<usize> = self.selection.iter().filter_map(place).collect();
        let mut spheres: Vec<Sphere> = selected.iter().map(|&at| around(at, 0.45)).collect();
        let (atom, bond) = match &self.hovered {
            Some(Picked::Atom(site) | Picked::Polyhedron(site)) => (Some(site), None),
            Some(Picked::Bond { bond, cell }) => (None, self.around_bond(bond.ends(*cell))),
            None => (None, None),
        };
        spheres.extend(atom.and_then(place).map(|at| around(at, HOVERED)));
        let tint = line_colour(self.options.highlight);
        let position = |at: usize| self.scene.sites.positions[at];
        let lines: Vec<Segment> =
            selected.windows(2).map(|pair| segment(position(pair[0]), position(pair[1]), tint)).collect();
        self.highlights.write(&self.gpu, &spheres);
        self.highlighted_sticks.write(&self.gpu, bond.as_slice());
        self.measured.write(&self.gpu, &lines);
    }

    /// A stick around all strands of a bond, as far as it is drawn: to the middle if its other atom is not.
    fn around_bond(&self, ends: [AtomSite; 2]) -> Option<Cylinder> {
        let [first, second] = ends.map(|site| self.position(site));
        let [first, second] = [first?, second?].map(|at| (DVec3::from(at) - self.middle).as_vec3());
        let middle = 0.5 * (first + second);
        let (begin, end) = match ends.map(|site| self.scene.sites.find(site).is_some()) {
            [true, true] => (first, second),
            [true, false] => (first, middle),
            [false, _] => (middle, second),
        };
        let radius = 2.0 * stick_radius(&self.options) + 0.5 * HIGHLIGHT;
        Some(Cylinder { begin, radius, end, id: 0, colours: [colour(self.options.highlight, HOVERED); 2] })
    }
}

/// Whether two options differ only in what is decided per frame.
fn same_scene(a: &StructureOptions, b: &StructureOptions) -> bool {
    let per_frame = |options: &StructureOptions| StructureOptions {
        axes: false,
        background: [0.0; 4],
        line_width: 0.0,
        depth_cue: 0.0,
        ambient_occlusion: false,
        outline: false,
        pixel_scale: 0.0,
        ..options.clone()
    };
    per_frame(a) == per_frame(b)
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use samples::structure::{Crystal, Lattice};

    use super::*;
    use crate::structure::{Projection, Style};

    fn renderer() -> Option<StructureRenderer> {
        match block_on(StructureRenderer::headless()) {
            Ok(renderer) => Some(renderer),
            Err(ViewError::NoAdapter(reason)) => {
                eprintln!("\n*** TEST NOT RUN: no Vulkan adapter ({reason}). Install mesa-vulkan-drivers. ***\n");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn leaving_hidden_things_out_changes_no_pixel() {
        let Some(mut renderer) = renderer() else { return };
        let lattice = Lattice::from_parameters([4.2; 3], [90.0, 80.0, 90.0]).expect("a cell");
        let elements = ["Na", "Cl", "O"].map(|symbol| symbol.parse().expect("an element")).to_vec();
        let fractions = vec![[0.0; 3], [0.5; 3], [0.5, 0.1, 0.3]];
        let crystal = Structure::Crystal(Crystal::new(lattice, elements, fractions).expect("a crystal"));
        let bonds = StructureBond::of(&crystal).expect("far enough apart");
        renderer.set_structure(&crystal, &bonds).expect("a crystal");
        for style in [Style::Spacefill, Style::BallAndStick] {
            let options = StructureOptions { style, supercell: [4; 3], ball_scale: 0.9, ..Default::default() };
            renderer.set_options(options).expect("options");
            // Near and far: so far that balls are a pixel wide and nothing is sought.
            for (projection, zoom) in [
                (Projection::Perspective, 1.0),
                (Projection::Orthographic, 1.0),
                (Projection::Perspective, 5.0),
                (Projection::Perspective, 0.12),
                (Projection::Orthographic, 0.2),
            ] {
                renderer.fit();
                renderer.camera_mut().projection = projection;
                renderer.camera_mut().zoom(zoom);
                let mut pictures = [true, false].map(|culls| {
                    renderer.culls = culls;
                    let scene = Arc::clone(&renderer.scene);
                    renderer.lists.write_opaque(&renderer.gpu, &scene.spheres, &scene.sticks);
                    (block_on(renderer.screenshot(160, 120)).expect("a picture"), renderer.lists.spheres.len())
                });
                let (all, few) = (pictures[1].1, pictures[0].1);
                // Small balls hide little of one another.
                let most = if style == Style::Spacefill && zoom >= 1.0 { all * 9 / 10 } else { all };
                assert!(few <= most, "{style:?} {projection:?}: {few} of {all} drawn");
                let [(with, _), (without, _)] = &mut pictures;
                assert!(with == without, "{style:?} {projection:?} {zoom}");
            }
        }
    }

    #[test]
    fn new_frames_make_no_pipelines_and_no_buffers() {
        let Some(mut renderer) = renderer() else { return };
        let frame = |share: f64| {
            let lattice = Lattice::from_parameters([4.0 + share, 4.0, 5.0], [90.0; 3]).expect("a cell");
            let elements = ["Na", "Cl"].map(|symbol| symbol.parse().expect("an element")).to_vec();
            let fractions = vec![[0.1 + 0.3 * share, 0.2, 0.2], [0.5, 0.6 + 0.2 * share, 0.7]];
            Structure::Crystal(Crystal::new(lattice, elements, fractions).expect("a crystal"))
        };
        let bonds = StructureBond::of(&frame(0.0)).expect("far enough apart");
        renderer.set_options(StructureOptions { supercell: [3; 3], ..Default::default() }).expect("options");
        renderer.set_structure(&frame(0.0), &bonds).expect("a crystal");
        block_on(renderer.screenshot(40, 30)).expect("a picture");
        let before = (renderer.pipelines.count(), renderer.lists.spheres.allocations());
        for i in 1..6 {
            renderer.set_frame(&frame(f64::from(i) / 6.0), &[], AtomData::default()).expect("a frame");
            block_on(renderer.screenshot(40, 30)).expect("a picture");
        }
        assert_eq!((renderer.pipelines.count(), renderer.lists.spheres.allocations()), before);
        assert!(before.0 >= 3, "spheres, arrows and lines: {}", before.0);
    }
}
