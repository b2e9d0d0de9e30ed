//! The notation of tests and examples: annotations written into a string.
