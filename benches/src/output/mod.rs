//! What is made of the figures: text, Markdown, charts, and the machine they
//! are of.

pub(crate) mod chart;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod markdown;
pub(crate) mod text;
