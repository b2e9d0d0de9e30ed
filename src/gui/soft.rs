//! Draws what egui puts out without a graphics processor.
