//! The body of a sampling that works on pictures: `multipart/form-data` (RFC 7578) with the JSON as `request` and the
//! file of each input under its name. The files go to the disk as they come.

use std::{error::Error, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::{
        DefaultBodyLimit, FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use catalog::{FieldError, input::field};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    body::{self, MAX_BODY},
    error::ApiError,
    paced::{Pace, Paced, Refused},
};
use crate::store::{Uploads, uploads::Arriving};

/// Name of the part that holds the JSON.
pub const REQUEST: &str = "request";
/// Parts of a form.
const MOST_PARTS: usize = 16;

/// How much may be uploaded.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of a whole form.
    pub form: u64,
    /// Bytes of all files that lie on the disk, those of other runs included.
    pub disk: u64,
    /// Silence after which a sender counts as gone.
    pub silence: Duration,
}

/// A form, read to its end.
pub struct Form {
    /// What the part `request` says.
    pub request: Value,
    /// The names of the files.
    pub names: Vec<&'static str>,
    /// The files; none if there are no names.
    pub arrived: Option<Arriving>,
    /// Parts that are no system's input, or come twice.
    pub errors: Vec<FieldError>,
}

/// Whether a body says that it is a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    body::essence(headers).is_some_and(|essence| essence == "multipart/form-data")
}

/// Reads a form.
///
/// # Errors
/// If it is no form, breaks off, is too large, has no readable part `request`, or the disk does not take it.
pub async fn read(request: Request, uploads: &Uploads, bounds: Bounds) -> Result<Form, ApiError> {
    let mut reader = Reader { uploads, bounds, request: None, names: vec![], arrived: None, errors: vec![] };
    let pace = Pace::new(bounds.silence);
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > bounds.form {
        return Err(too_large(bounds.form));
    }
    let body = Body::from_stream(Paced::new(body.into_data_stream(), bounds.form, pace.clone()));
    let mut paced = Request::from_parts(head, body);
    // Its length is bounded here already.
    DefaultBodyLimit::disable().apply(&mut paced);
    let mut parts = Multipart::from_request(paced, &()).await.map_err(|e| broken(&e.body_text()))?;
    let mut seen: Vec<String> = Vec::new();
    while let Some(part) = in_time(parts.next_field(), &pace).await? {
        pace.content();
        let name = part.name().unwrap_or_default().to_owned();
        if seen.len() == MOST_PARTS {
            return Err(broken(&format!("it has more than {MOST_PARTS} parts")));
        }
        if seen.contains(&name) {
            reader.refuse(&name, "is there twice");
            skip(part, &pace).await?;
        } else {
            reader.part(&name, part, &pace).await?;
        }
        seen.push(name);
    }
    let Reader { request, names, arrived, errors, .. } = reader;
    let Some(request) = request else {
        let missing = FieldError::new(REQUEST, "is missing: the JSON of the request is a part of the form");
        return Err(ApiError::Fields([vec![missing], errors].concat()));
    };
    let request = serde_json::from_slice(&request)
        .map_err(|e| ApiError::Status(StatusCode::BAD_REQUEST, format!("The part `{REQUEST}` is not JSON: {e}.")))?;
    Ok(Form { request, names, arrived, errors })
}

struct Reader<'a> {
    uploads: &'a Uploads,
    bounds: Bounds,
    request: Option<Vec<u8>>,
    names: Vec<&'static str>,
    arrived: Option<Arriving>,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    async fn part(&mut self, name: &str, part: Field<'_>, pace: &Pace) -> Result<(), ApiError> {
        if name == REQUEST {
            self.request = Some(json(part, pace).await?);
            return Ok(());
        }
        // Whatever the system: the request may come after its files.
        let inputs = catalog::systems::all().iter().flat_map(|system| &system.inputs);
        match inputs.map(|input| input.name).find(|known| *known == name) {
            Some(known) => self.file(known, part, pace).await,
            None if name.is_empty() => {
                self.errors.push(FieldError::new("inputs", "one has no name"));
                skip(part, pace).await
            }
            None => {
                self.refuse(name, "unknown: no system works on it");
                skip(part, pace).await
            }
        }
    }

    fn refuse(&mut self, name: &str, message: &str) {
        let field = if name == REQUEST { REQUEST.to_owned() } else { field(name) };
        self.errors.push(FieldError::new(field, message));
    }

    async fn file(&mut self, name: &'static str, mut part: Field<'_>, pace: &Pace) -> Result<(), ApiError> {
        if self.uploads.blocking(Uploads::bytes).await? > self.bounds.disk {
            return Err(ApiError::Busy("Too many pictures wait already; try again later.".to_owned()));
        }
        let arrived = match &mut self.arrived {
            Some(arrived) => arrived,
            none => none.insert(self.uploads.blocking(Uploads::receive).await?),
        };
        let mut file = arrived.file(name).await?;
        let mut left = self.bounds.file;
        while let Some(bytes) = chunk(&mut part, pace).await? {
            left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
                let message = format!("is larger than {} bytes", self.bounds.file);
                ApiError::TooLarge(FieldError::new(field(name), message))
            })?;
            file.write(&bytes).await?;
        }
        file.finish().await?;
        self.names.push(name);
        Ok(())
    }
}

async fn json(mut part: Field<'_>, pace: &Pace) -> Result<Vec<u8>, ApiError> {
    let mut json = Vec::new();
    while let Some(bytes) = chunk(&mut part, pace).await? {
        if json.len() + bytes.len() > MAX_BODY {
            let message = format!("is larger than {MAX_BODY} bytes");
            return Err(ApiError::TooLarge(FieldError::new(REQUEST, message)));
        }
        json.extend_from_slice(&bytes);
    }
    Ok(json)
}

/// What is refused is read all the same, so that everything wrong with a form is told at once.
async fn skip(mut part: Field<'_>, pace: &Pace) -> Result<(), ApiError> {
    while chunk(&mut part, pace).await?.is_some() {}
    Ok(())
}

async fn chunk(part: &mut Field<'_>, pace: &Pace) -> Result<Option<Bytes>, ApiError> {
    let bytes = in_time(part.chunk(), pace).await?;
    pace.content();
    Ok(bytes)
}

async fn in_time<T>(next: impl Future<Output = Result<T, MultipartError>>, pace: &Pace) -> Result<T, ApiError> {
    match timeout(pace.silence(), next).await {
        Ok(read) => read.map_err(refused),
        Err(_) => {
            let detail = format!("Nothing came for {} s.", pace.silence().as_secs_f32());
            Err(ApiError::Status(StatusCode::REQUEST_TIMEOUT, detail))
        }
    }
}

fn refused(error: MultipartError) -> ApiError {
    let mut causes = std::iter::successors(Some(&error as &(dyn Error + 'static)), |&cause| cause.source());
    match causes.find_map(|cause| cause.downcast_ref::<Refused>()) {
        Some(Refused::Length(most)) => too_large(*most),
        Some(other) => broken(&other.to_string()),
        None => broken(&error.body_text()),
    }
}

fn too_large(most: u64) -> ApiError {
    ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE, format!("The form is larger than {most} bytes."))
}

fn broken(why: &str) -> ApiError {
    let why = why.trim_end_matches('.');
    ApiError::Status(StatusCode::BAD_REQUEST, format!("The form cannot be read: {why}."))
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Instant};

    use axum::{http::header, response::IntoResponse as _};
    use futures::{StreamExt as _, stream};

    use super::*;

    /// A form whose sender falls silent after `sent`, without closing the line.
    async fn stalled(sent: &'static str, silence: Duration) -> (Duration, StatusCode) {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(folder.path().join("uploads"));
        let pieces = stream::iter([Ok::<_, Infallible>(Bytes::from_static(sent.as_bytes()))]).chain(stream::pending());
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        let request = request.body(Body::from_stream(pieces)).unwrap();
        let start = Instant::now();
        let Err(error) = read(request, &uploads, Bounds { file: 1000, form: 2000, disk: 5000, silence }).await else {
            panic!("a form without an end was read")
        };
        let left = std::fs::read_dir(folder.path().join("uploads")).map(Iterator::count).unwrap_or_default();
        assert_eq!(left, 0, "what has arrived is gone");
        (start.elapsed(), error.into_response().status())
    }

    #[tokio::test]
    async fn a_silent_sender_is_given_up_wherever_it_stops() {
        const HEAD: &str = "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\n";
        const FILE: &str =
            "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\nPNG, it says";
        let silence = Duration::from_millis(50);
        for sent in ["--b", HEAD, FILE] {
            let (waited, status) = stalled(sent, silence).await;
            assert_eq!(status, StatusCode::REQUEST_TIMEOUT, "{sent}");
            assert!(waited >= silence && waited < Duration::from_secs(10), "{sent}: {waited:?}");
        }
    }
}
