//! What every view on a canvas of a page needs: adapter, device, drawing context.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlCanvasElement;

use crate::ViewError;
use crate::gpu::Gpu;

/// Which browser interface a view uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Backend {
    /// WebGPU, and WebGL2 where that is missing.
    #[default]
    Auto,
    /// WebGPU or an error.
    WebGpu,
    /// WebGL2 or an error.
    WebGl2,
}

/// A canvas that can be drawn on.
pub struct Canvas {
    surface: wgpu::Surface<'static>,
    configuration: wgpu::SurfaceConfiguration,
    _context_loss: ContextLoss,
}

impl Canvas {
    /// A device and a canvas that has no drawing context yet.
    pub async fn open(canvas: HtmlCanvasElement, backend: Backend) -> Result<(Self, Gpu), ViewError> {
        // A canvas keeps its first kind of context for ever, so WebGPU gets it only once it has a device.
        let (instance, adapter, gpu, surface) = match backend {
            Backend::WebGpu => webgpu(&canvas).await?,
            Backend::WebGl2 => webgl2(&canvas).await?,
            Backend::Auto => match webgpu(&canvas).await {
                Ok(parts) => parts,
                Err(ViewError::Canvas(reason)) => return Err(ViewError::Canvas(reason)),
                Err(without_webgpu) => webgl2(&canvas).await.map_err(|without_webgl2| {
                    ViewError::NoAdapter(format!("WebGPU: {without_webgpu} WebGL2: {without_webgl2}"))
                })?,
            },
        };
        drop(instance);
        let size = [canvas.width().max(1), canvas.height().max(1)];
        let unusable = || ViewError::Canvas("the adapter has no format for it".to_owned());
        let mut configuration = surface.get_default_config(&adapter, size[0], size[1]).ok_or_else(unusable)?;
        let formats = surface.get_capabilities(&adapter).formats;
        configuration.format = formats.into_iter().find(|format| !format.is_srgb()).ok_or_else(unusable)?;
        surface.configure(&gpu.device, &configuration);
        let context_loss = ContextLoss::listen(canvas, gpu.loss_reporter());
        Ok((Self { surface, configuration, _context_loss: context_loss }, gpu))
    }

    /// Of what is drawn; not an sRGB format.
    pub fn format(&self) -> wgpu::TextureFormat {
        self.configuration.format
    }

    /// Pixels across and down.
    pub fn size(&self) -> [u32; 2] {
        [self.configuration.width, self.configuration.height]
    }

    /// Size of the drawing buffer in device pixels; it is limited to what the adapter can draw.
    pub fn resize(&mut self, gpu: &Gpu, width_px: u32, height_px: u32) {
        let most = gpu.device.limits().max_texture_dimension_2d;
        self.configuration.width = width_px.clamp(1, most);
        self.configuration.height = height_px.clamp(1, most);
        self.surface.configure(&gpu.device, &self.configuration);
    }

    /// The next frame to draw into; `None` where the canvas is out of sight and the frame is to be left out.
    pub fn frame(&self, gpu: &Gpu) -> Result<Option<wgpu::SurfaceTexture>, ViewError> {
        use wgpu::CurrentSurfaceTexture as Current;
        gpu.check()?;
        match self.surface.get_current_texture() {
            Current::Success(frame) | Current::Suboptimal(frame) => Ok(Some(frame)),
            Current::Timeout | Current::Occluded => Ok(None),
            Current::Outdated => {
                self.surface.configure(&gpu.device, &self.configuration);
                Ok(None)
            }
            Current::Lost => Err(ViewError::Lost("the canvas lost its context".to_owned())),
            Current::Validation => {
                gpu.check()?;
                Err(ViewError::Gpu("the canvas gave no frame".to_owned()))
            }
        }
    }
}

type Parts = (wgpu::Instance, wgpu::Adapter, Gpu, wgpu::Surface<'static>);

fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    wgpu::Instance::new(descriptor)
}

fn surface_of(
    instance: &wgpu::Instance,
    canvas: &HtmlCanvasElement,
) -> Result<wgpu::Surface<'static>, wgpu::CreateSurfaceError> {
    instance.create_surface(wgpu::SurfaceTarget::Canvas(canvas.clone()))
}

async fn webgpu(canvas: &HtmlCanvasElement) -> Result<Parts, ViewError> {
    let instance = instance(wgpu::Backends::BROWSER_WEBGPU);
    let options =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let adapter = instance.request_adapter(&options).await.map_err(|e| ViewError::NoAdapter(e.to_string()))?;
    let gpu = Gpu::new(&adapter, &adapter_name().await.unwrap_or_default()).await?;
    let surface = surface_of(&instance, canvas).map_err(|e| ViewError::Canvas(e.to_string()))?;
    Ok((instance, adapter, gpu, surface))
}

async fn webgl2(canvas: &HtmlCanvasElement) -> Result<Parts, ViewError> {
    let instance = instance(wgpu::Backends::GL);
    let surface = surface_of(&instance, canvas).map_err(|e| ViewError::NoAdapter(e.to_string()))?;
    let options = wgpu::RequestAdapterOptions { compatible_surface: Some(&surface), ..Default::default() };
    let adapter = instance.request_adapter(&options).await.map_err(|e| ViewError::NoAdapter(e.to_string()))?;
    let gpu = Gpu::new(&adapter, "").await?;
    Ok((instance, adapter, gpu, surface))
}

/// Vendor and architecture of the WebGPU adapter: wgpu passes on only the description, which browsers leave empty.
async fn adapter_name() -> Option<String> {
    let get = |object: &JsValue, key: &str| {
        Reflect::get(object, &key.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
    };
    let gpu = get(web_sys::window()?.navigator().as_ref(), "gpu")?;
    let request = get(&gpu, "requestAdapter")?.dyn_into::<Function>().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    let promise = request.call1(&gpu, &options).ok()?.dyn_into::<Promise>().ok()?;
    let info = get(&JsFuture::from(promise).await.ok()?, "info")?;
    let words = ["vendor", "architecture"].map(|key| get(&info, key).and_then(|v| v.as_string()).unwrap_or_default());
    Some(words.join(" ").trim().to_owned())
}

/// WebGL2 tells the canvas, not the device, that its context is gone.
struct ContextLoss {
    canvas: HtmlCanvasElement,
    listener: Closure<dyn FnMut()>,
}

impl ContextLoss {
    const EVENT: &str = "webglcontextlost";

    fn listen(canvas: HtmlCanvasElement, report: impl Fn(&str) + 'static) -> Self {
        let listener = Closure::<dyn FnMut()>::new(move || report("the browser took the WebGL2 context away"));
        // A canvas that cannot be listened to still draws; its loss shows with the next frame.
        let _ = canvas.add_event_listener_with_callback(Self::EVENT, listener.as_ref().unchecked_ref());
        Self { canvas, listener }
    }
}

impl Drop for ContextLoss {
    fn drop(&mut self) {
        let _ = self.canvas.remove_event_listener_with_callback(Self::EVENT, self.listener.as_ref().unchecked_ref());
    }
}

/// One turn of the event loop.
pub async fn sleep() {
    let turn = Promise::new(&mut |resolve, _| {
        let timer = web_sys::window().map(|window| window.set_timeout_with_callback(&resolve));
        if !matches!(timer, Some(Ok(_))) {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    let _ = JsFuture::from(turn).await;
}

/// Milliseconds of the browser's clock.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}
