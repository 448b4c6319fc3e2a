//! Draws NRRD volumes to a PNG without a browser:
//! `cargo run --release -p shaders --example picture -- OUT.png A.nrrd [B.nrrd] [key=value …]`.
//!
//! Keys: `mode` (grain, pore, density, slices), `theme` (light, dark), `camera` (as in a permalink), `size`
//! (pixels, WxH), `clip` (0..1 along x), `slices` (0..1, all three), `frames` (draw so many and print the time).

use std::time::Instant;

use shaders::{Axis, ClipPlane, Mode, OrbitCamera, Renderer, Surface, VolumeData, VolumeStyle};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("the first argument is the picture to write")?;
    let (mut volumes, mut camera, mut size, mut frames) = (Vec::new(), OrbitCamera::default(), (900u32, 800u32), 1);
    let mut options = Vec::new();
    for argument in arguments {
        match argument.split_once('=') {
            Some((key, value)) => options.push((key.to_owned(), value.to_owned())),
            None => volumes.push(samples::volume::nrrd::read_grey(&std::fs::read(argument)?)?),
        }
    }
    let dark = options.iter().any(|(key, value)| key == "theme" && value == "dark");
    let mut style = VolumeStyle { pixel_scale: 2.0, ..VolumeStyle::themed(dark) };
    for (key, value) in &options {
        match key.as_str() {
            "mode" => style.mode = mode(value)?,
            "theme" => {}
            "camera" => camera = value.parse()?,
            "size" => {
                let (width, height) = value.split_once('x').ok_or("size is WxH")?;
                size = (width.parse()?, height.parse()?);
            }
            "clip" => style.clip = Some(ClipPlane::across(Axis::X, value.parse()?)),
            "slices" => style.slices = Some([value.parse()?; 3]),
            "frames" => frames = value.parse()?,
            other => return Err(format!("no key {other}").into()),
        }
    }
    let mut renderer = pollster::block_on(Renderer::headless())?;
    let start = Instant::now();
    renderer.set_volumes(&volumes.iter().map(VolumeData::from).collect::<Vec<_>>())?;
    eprintln!("{}: prepared in {:.0} ms", renderer.backend(), start.elapsed().as_secs_f64() * 1e3);
    let mut pixels = Vec::new();
    for _ in 0..frames {
        let start = Instant::now();
        pixels = pollster::block_on(renderer.screenshot(&camera, &style, size.0, size.1))?;
        eprintln!("drawn in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    }
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(std::fs::File::create(out)?), size.0, size.1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}

fn mode(name: &str) -> Result<Mode, Failure> {
    Ok(match name {
        "grain" => Mode::Surface(Surface::Grain),
        "pore" => Mode::Surface(Surface::Pore),
        "density" => Mode::Density,
        "slices" => Mode::Slices,
        other => return Err(format!("no mode {other}").into()),
    })
}
