//! Sorot's own files as bytes: annotation sets, project, JSON Schemas. No disk.
