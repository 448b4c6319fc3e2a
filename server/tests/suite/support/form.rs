//! Forms with pictures, written by hand so that they can be wrong.

use axum::{
    body::Body,
    http::{Request, header},
};
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

    /// Such a request with its picture.
    pub fn small() -> Self {
        Self::asking().with("picture", picture(12, 8))
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
    json!({ "system": "dlv-irn", "preset": "x2-irn", "seed": 3, "parameters": { "direction": "both" } })
}

/// A PNG of a gradient.
pub fn picture(width: usize, height: usize) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [(16 * x) as u8, (16 * y) as u8, 90]));
    encode::png(&Image::new(width, height, pixels.collect()).unwrap(), &[])
}
