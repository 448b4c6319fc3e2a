//! Weights as they arrive: counted while they come, verified before they are used.

use catalog::messages::WeightsSource;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Largest weights file that is loaded into a browser.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// Why weights are not usable.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum WeightsError {
    /// No answer.
    #[error("the weights could not be fetched: {0}; is the network there?")]
    Network(String),
    /// An answer, but not the file.
    #[error("the server answers {status} for the weights at {url}")]
    Status { status: u16, url: String },
    /// The file ends early.
    #[error("the weights are cut off: {found} of {expected} bytes came")]
    Truncated { found: u64, expected: u64 },
    /// The file goes on.
    #[error("the weights are longer than the {0} bytes that the manifest names")]
    TooLong(u64),
    /// The manifest names a size that no model here has.
    #[error("weights of {0} bytes are too large for a browser")]
    TooLarge(u64),
    /// Right length, wrong content.
    #[error("the weights are corrupt: their SHA-256 is not the one in the manifest")]
    Corrupt,
    /// The person does not want them any more.
    #[error("cancelled")]
    Cancelled,
}

/// Bytes on their way in.
pub(crate) struct Incoming<'a> {
    source: &'a WeightsSource,
    bytes: Vec<u8>,
}

impl<'a> Incoming<'a> {
    /// Ready to receive what `source` describes.
    ///
    /// # Errors
    /// If it is too large.
    pub fn new(source: &'a WeightsSource) -> Result<Self, WeightsError> {
        if source.bytes > MAX_BYTES {
            return Err(WeightsError::TooLarge(source.bytes));
        }
        Ok(Self { source, bytes: Vec::with_capacity(source.bytes as usize) })
    }

    /// Takes a chunk; answers with the bytes so far.
    ///
    /// # Errors
    /// If more comes than was announced.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u64, WeightsError> {
        if (self.bytes.len() + chunk.len()) as u64 > self.source.bytes {
            return Err(WeightsError::TooLong(self.source.bytes));
        }
        self.bytes.extend_from_slice(chunk);
        Ok(self.bytes.len() as u64)
    }

    /// The whole file.
    ///
    /// # Errors
    /// If bytes are missing or wrong.
    pub fn finish(self) -> Result<Vec<u8>, WeightsError> {
        let (found, expected) = (self.bytes.len() as u64, self.source.bytes);
        if found != expected {
            return Err(WeightsError::Truncated { found, expected });
        }
        let digest: String = Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest.eq_ignore_ascii_case(&self.source.sha256) { Ok(self.bytes) } else { Err(WeightsError::Corrupt) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `abc`: FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn source(bytes: u64) -> WeightsSource {
        WeightsSource { url: "/w".into(), bytes, sha256: ABC.into() }
    }

    fn receive(source: &WeightsSource, chunks: &[&[u8]]) -> Result<Vec<u8>, WeightsError> {
        let mut incoming = Incoming::new(source)?;
        for chunk in chunks {
            incoming.push(chunk)?;
        }
        incoming.finish()
    }

    #[test]
    fn only_the_very_file_is_accepted() {
        let abc = source(3);
        assert_eq!(receive(&abc, &[b"a", b"", b"bc"]), Ok(b"abc".to_vec()));
        assert_eq!(receive(&abc, &[b"ab"]), Err(WeightsError::Truncated { found: 2, expected: 3 }));
        assert_eq!(receive(&abc, &[b"abd"]), Err(WeightsError::Corrupt));
        assert_eq!(receive(&abc, &[b"ab", b"cd"]), Err(WeightsError::TooLong(3)));
    }

    #[test]
    fn a_claimed_size_is_bounded_before_memory_is_taken() {
        assert_eq!(receive(&source(u64::MAX), &[]), Err(WeightsError::TooLarge(u64::MAX)));
    }
}
