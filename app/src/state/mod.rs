//! What the page knows: the settings of the form (and of the URL), the job in the worker, and what the view shows.

pub mod contest;
pub mod crystal;
pub mod draws;
pub mod fittings;
pub mod job;
pub mod painting;
pub mod pictures;
pub mod playback;
pub mod sand;
pub mod settings;
pub mod shown;
pub mod specimen;
pub mod volume;
