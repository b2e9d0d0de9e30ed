//! Foreign file formats: bytes in, bytes out.
