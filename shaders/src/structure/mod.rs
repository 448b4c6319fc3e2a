//! Atoms and bonds: crystals and molecules as impostor spheres and cylinders of exact shape and depth.
//!
//! * [`StructureView`] (browser) owns a canvas; [`StructureRenderer`] draws into any texture and is what it and the
//!   tests share. Pipelines are made once; a new frame of a trajectory or a new option only rewrites buffers.
//! * [`StructureOptions`] and [`StructureCamera`] are plain data.
//! * [`measure`] has the geometry of selected atoms.
//!
//! From the structure to the picture: `sites` (which atoms of which cells), `sticks` (bonds as cylinders),
//! `polyhedra` (with `hull`), all gathered by `scene` into `instances`; then `lists` (buffers), `frame` (camera),
//! `pipelines`, `draw`, `pick`; `renderer` holds the state. Lengths are in Å. Colours are mixed and lit as displayed (sRGB values), for which the palettes were
//! made.

mod bonds;
mod buffers;
mod camera;
mod content;
mod cull;
mod draw;
mod figure;
mod frame;
mod hull;
mod instances;
mod labels;
mod lists;
pub mod measure;
mod options;
mod pick;
mod pipelines;
mod polyhedra;
mod renderer;
mod scene;
mod sites;
mod sticks;
mod triad;
#[cfg(target_arch = "wasm32")]
mod view;

pub use bonds::StructureBond;
pub use camera::{CellDirection, Projection, StructureCamera, StructureCameraParseError};
pub use content::{AtomData, Overlay};
pub use labels::Anchor;
pub use options::{CertaintyStyle, OpenBonds, Palette, PolyhedraRule, StructureOptions, Style};
pub use pick::Picked;
pub use renderer::StructureRenderer;
pub use scene::{AtomSite, Counts};
#[cfg(target_arch = "wasm32")]
pub use view::StructureView;

#[cfg(test)]
pub(crate) use pipelines::sources;
