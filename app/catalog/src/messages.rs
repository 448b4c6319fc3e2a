//! Messages between the page and the model worker.
//!
//! Control travels as JSON text, bulk data as transferable byte arrays beside it: a message is a JavaScript
//! object `{ json: string, bytes: ArrayBuffer | undefined }`. Which messages carry bytes is said at each.

use samples::{Crystal, Frame, Learning, Objects};
use serde::{Deserialize, Serialize};

use crate::{Device, FieldError, SampleRequest, run::Progress};

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant, reason = "there is one at a time, on its way")]
pub enum ToWorker {
    /// Draw samples. A worker does one job at a time; a second is answered with [`FromWorker::Failed`]. Bytes: the files
    /// of `inputs`, one after the other.
    Sample {
        /// Chosen by the page; every answer carries it.
        job: u32,
        /// What to sample.
        request: SampleRequest,
        /// Where the weights are and what they must hash to: the preset's, none if it has none (see
        /// [`Preset::weights`](crate::Preset::weights)), then the [`System::companion`](crate::System::companion), where
        /// an input needs it.
        weights: Vec<WeightsSource>,
        /// The pictures to work on, as they came from the visitor.
        #[serde(default)]
        inputs: Vec<InputFile>,
        /// Only these of the request's samples, for a worker that has the rest made elsewhere. Nothing is said of progress.
        #[serde(default)]
        share: Option<Share>,
    },
    /// Stop a job between two steps. Answered with [`FromWorker::Cancelled`].
    Cancel {
        /// The job.
        job: u32,
    },
}

/// A file that came with a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Name of the input, as [`Input::name`](crate::Input::name).
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// Samples that one worker makes of a batch that another divides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Number of the first.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// How many are made at once by all workers.
    pub together: u32,
}

/// Where weights are fetched from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsSource {
    /// Address, whose name holds the content hash.
    pub url: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum FromWorker {
    /// The worker's code runs.
    Ready,
    /// Weights are coming.
    Loading {
        /// The job.
        job: u32,
        /// Bytes so far.
        received: u64,
        /// Bytes in all.
        total: u64,
        /// From the cache, not from the network.
        from_cache: bool,
    },
    /// The model is on the device; sampling starts.
    Backend {
        /// The job.
        job: u32,
        /// The device in use; never [`Device::Auto`].
        device: Device,
        /// Adapter name, or what the CPU path is.
        adapter: String,
        /// Why it is not what was asked for, if so.
        note: Option<String>,
    },
    /// A step was done.
    Step {
        /// The job.
        job: u32,
        /// Number of the sample, from 0; of several that are made at once the first.
        sample: u32,
        /// How many are made at once.
        together: u32,
        /// Steps of these samples.
        progress: Progress,
        /// Milliseconds of this step.
        milliseconds: f64,
        /// What the step did, such as `8³ → 16³`.
        label: String,
    },
    /// A look at the unfinished sample. Bytes: grey values of `shape`, C order, 0 = pore-like, 255 = grain-like.
    Preview {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// `[z, y, x]` voxels.
        shape: [u32; 3],
    },
    /// A finished sample. Bytes: voxels of `shape`, C order, 0 = pore, 1 = grain.
    Volume {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// `[z, y, x]` voxels.
        shape: [u32; 3],
        /// Milliseconds from the first step to here, divided by how many were made at once.
        milliseconds: f64,
    },
    /// Looks at unfinished crystals: what the model would answer with then.
    Frames {
        /// The job.
        job: u32,
        /// Number of each sample, from 0; the crystal, and how sure the model is of each coordinate. The looks at several
        /// steps come in their order, each at all samples.
        frames: Vec<(u32, Frame<Crystal>)>,
    },
    /// A finished crystal.
    Crystal {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// The crystal.
        crystal: Crystal,
        /// Milliseconds from the first step to here, divided by how many were made at once.
        milliseconds: f64,
    },
    /// A look at learners at work.
    Learning {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// What they do and how well.
        learning: Learning,
    },
    /// All objects of the request.
    Objects {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// The objects.
        objects: Objects,
        /// Milliseconds from the first step to here, divided by how many were made at once.
        milliseconds: f64,
    },
    /// The model read an input; what of it does not survive, for the person.
    Read {
        /// The job.
        job: u32,
        /// Name of the input.
        input: String,
        /// Width and height as it stands upright.
        size: [u32; 2],
        /// Sentences, such as that transparency was put on white.
        notes: Vec<String>,
    },
    /// A finished part of a picture in the making. Bytes: RGBA, rows from the top.
    Patch {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// Which picture, as [`samples::Picture::role`].
        role: String,
        /// Width and height of the whole picture.
        whole: [u32; 2],
        /// Column and row of the part's upper left pixel.
        at: [u32; 2],
        /// Width and height of the part.
        size: [u32; 2],
    },
    /// A finished picture. Bytes: a PNG file. A sample's pictures come one after the other.
    Picture {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// Which picture, as [`samples::Picture::role`].
        role: String,
        /// What it is, for people.
        title: String,
        /// Whether it stands beside the sample, which is the first.
        beside: bool,
        /// Width and height.
        size: [u32; 2],
        /// Milliseconds from the first step to the sample's end.
        milliseconds: f64,
    },
    /// The measures of a finished sample, computed in the worker so that the page never blocks.
    Measures {
        /// The job.
        job: u32,
        /// Number of the sample, from 0.
        sample: u32,
        /// For volumes `samples::volume::PoreMeasures`, for crystals `samples::structure::metrics::CrystalMeasures`, for
        /// pictures numbers by name.
        measures: serde_json::Value,
    },
    /// All samples were delivered.
    Done {
        /// The job.
        job: u32,
    },
    /// The job was stopped by request.
    Cancelled {
        /// The job.
        job: u32,
    },
    /// The job ended with an error.
    Failed {
        /// The job.
        job: u32,
        /// One sentence for the person.
        message: String,
        /// Bad fields, if that was the reason.
        #[serde(default)]
        fields: Vec<FieldError>,
    },
}
