//! Forms with pictures, written by hand so that they can be wrong.

use std::io::Write as _;

use axum::{
    body::Body,
    http::{Request, header},
};
use flate2::{Compression, Crc, write::ZlibEncoder};
use samples::{Image, image::encode};
use serde_json::{Value, json};

const BOUNDARY: &str = "a-boundary-1f6c";

/// A `multipart/form-data` body in the making.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(Option<String>, Vec<u8>)>);

impl Form {
    /// With a part.
    pub fn with(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.push((Some(name.to_owned()), content.as_ref().to_vec()));
        self
    }

    /// With a part that has no name.
    pub fn nameless(mut self, content: impl AsRef<[u8]>) -> Self {
        self.0.push((None, content.as_ref().to_vec()));
        self
    }

    /// With a request for a sample of a picture.
    pub fn asking() -> Self {
        Self::default().with("request", picture_request().to_string())
    }

    /// Such a request with a small picture.
    pub fn small() -> Self {
        Self::asking().with("picture", picture(12, 8))
    }

    /// A request whose run fails: the preset's weights are none.
    pub fn doomed() -> Self {
        let mut request = picture_request();
        request["preset"] = "x2-irn".into();
        Self::default().with("request", request.to_string()).with("picture", picture(12, 8))
    }

    /// A request that keeps a worker busy for a while.
    pub fn long() -> Self {
        let mut request = picture_request();
        request["count"] = 300.into();
        request["parameters"]["direction"] = "down".into();
        Self::default().with("request", request.to_string()).with("picture", picture(20, 20))
    }

    /// Media type and body.
    pub fn encode(&self) -> (String, Vec<u8>) {
        let mut body = Vec::new();
        for (name, content) in &self.0 {
            let name = name.as_ref().map(|name| format!("; name=\"{name}\"; filename=\"holiday.png\""));
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data{}\r\n\r\n", name.unwrap_or_default());
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    pub fn request(&self, path: &str) -> Request<Body> {
        let (media, body) = self.encode();
        Request::post(path).header(header::CONTENT_TYPE, media).body(Body::from(body)).unwrap()
    }
}

/// A request for samples of a picture.
pub fn picture_request() -> Value {
    json!({ "system": "dlv-irn", "preset": "x2-small", "seed": 3, "parameters": { "direction": "both" } })
}

/// A PNG with see-through pixels: RGBA, so that not everything of it survives.
pub fn see_through(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut check = Crc::new();
        check.update(kind);
        check.update(data);
        png.extend((data.len() as u32).to_be_bytes());
        png.extend_from_slice(kind);
        png.extend_from_slice(data);
        png.extend(check.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat());
    let row = [&[0], [200, 40, 90, 128].repeat(width as usize).as_slice()].concat();
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    rows.write_all(&row.repeat(height as usize)).unwrap();
    chunk(b"IDAT", &rows.finish().unwrap());
    chunk(b"IEND", &[]);
    png
}

/// A PNG of a gradient.
pub fn picture(width: usize, height: usize) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [(16 * x) as u8, (16 * y) as u8, 90]));
    encode::png(&Image::new(width, height, pixels.collect()).unwrap(), &[]).unwrap()
}
