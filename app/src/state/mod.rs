//! What the page knows: the settings of the form (and of the URL), the job in the worker, and what the view shows.

pub mod job;
pub mod settings;
pub mod shown;
