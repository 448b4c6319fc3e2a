//! Volumes as a stage shows them: [`VolumeView`] with its camera, its style and the quality that the adapter manages.

use std::{pin::Pin, sync::Arc};

use shaders::{AdaptiveQuality, OrbitCamera, ViewError, VolumeData, VolumeStyle, VolumeView};
use web_sys::HtmlCanvasElement;

use crate::{
    components::stage::{CanvasSize, Pace, Picture, input::Movement},
    state::volume::Voxels,
};

/// One volume, or two side by side.
pub struct VolumePicture {
    view: VolumeView,
    camera: OrbitCamera,
    style: VolumeStyle,
    quality: AdaptiveQuality,
    /// To be uploaded before the next frame.
    volumes: Option<Vec<Arc<Voxels>>>,
    has_volume: bool,
}

impl VolumePicture {
    /// Shows one volume, or two side by side.
    pub fn set_volumes(&mut self, volumes: Vec<Arc<Voxels>>) {
        self.volumes = Some(volumes);
    }

    /// Changes how volumes are shown.
    pub fn set_style(&mut self, style: VolumeStyle) {
        self.style = style;
    }
}

impl Picture for VolumePicture {
    async fn open(canvas: HtmlCanvasElement) -> Result<Self, ViewError> {
        Ok(Self {
            view: VolumeView::new(canvas).await?,
            camera: OrbitCamera::default(),
            style: VolumeStyle::default(),
            quality: AdaptiveQuality::default(),
            volumes: None,
            has_volume: false,
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
        self.view.resize(size.pixels[0], size.pixels[1]);
    }

    fn steer(&mut self, movement: Movement) {
        match movement {
            Movement::Orbit(dx, dy) => self.camera.orbit(dx, dy),
            Movement::Pan(dx, dy) => self.camera.pan(dx, dy),
            Movement::Zoom(factor) => self.camera.zoom(factor),
            Movement::Reset => self.camera.reset(),
        }
    }

    fn draw(&mut self, pace: Pace) -> Result<bool, ViewError> {
        if let Some(volumes) = self.volumes.take() {
            let data: Vec<VolumeData> = volumes.iter().map(|v| volume_data(v)).collect();
            self.has_volume = false;
            self.view.set_volumes(&data)?;
            self.has_volume = true;
        }
        if !self.has_volume {
            return Ok(false);
        }
        let mut style = self.style.clone();
        match pace {
            Pace::Still => self.quality.apply_still(&mut style),
            Pace::Moving(elapsed) => {
                if let Some(elapsed) = elapsed {
                    self.quality.update(elapsed);
                }
                self.quality.apply_moving(&mut style);
            }
        }
        self.view.render(&self.camera, &style)?;
        Ok(true)
    }

    async fn screenshot(&mut self, [width, height]: [u32; 2], transparent: bool) -> Result<Vec<u8>, ViewError> {
        let mut style = self.style.clone();
        self.quality.apply_still(&mut style);
        if transparent {
            style.background[3] = 0.0;
        }
        self.view.screenshot(&self.camera, &style, width, height).await
    }
}

fn volume_data(voxels: &Voxels) -> VolumeData<'_> {
    match voxels {
        Voxels::Segmented(volume) => volume.into(),
        Voxels::Grey(volume) => volume.into(),
    }
}
