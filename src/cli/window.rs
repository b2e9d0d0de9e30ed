//! What the window is told from outside.

use std::path::PathBuf;
use std::str::FromStr;

/// What the window opens, and how it draws.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Window {
    /// A project folder, or article files
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What draws the window [default: the first that works]
    #[arg(long)]
    pub renderer: Option<Renderer>,
}

/// What draws the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Renderer {
    /// OpenGL
    Glow,
    /// Vulkan, Metal or Direct3D
    Wgpu,
    /// The processor, on any machine
    Soft,
}

/// Draw the window to a picture; needs no display
#[derive(Clone, Debug, clap::Args)]
pub struct Screenshot {
    /// The picture to write
    #[arg(value_name = "OUT.png")]
    pub out: PathBuf,
    /// A project folder or an article file [default: the sample project]
    pub path: Option<PathBuf>,
    /// Light or dark
    #[arg(long, default_value = "light")]
    pub theme: Theme,
    /// Width and height of the picture in pixels
    #[arg(long, value_name = "WxH", default_value = "1280x800")]
    pub size: Size,
    /// How large things are drawn, 1 being their normal size
    #[arg(long, value_name = "N", default_value = "1", value_parser = parse_zoom)]
    pub zoom: f32,
    /// Whose annotations to show [default: the system's user]
    #[arg(long, value_name = "NAME")]
    pub annotator: Option<String>,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// Dark text on light ground
    Light,
    /// Light text on dark ground
    Dark,
}

/// The size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From left to right, 1 to [`Size::MAX`].
    pub width: u32,
    /// From top to bottom, 1 to [`Size::MAX`].
    pub height: u32,
}

impl Size {
    /// The longest side of a picture.
    pub const MAX: u32 = 8192;
}

impl FromStr for Size {
    type Err = String;

    fn from_str(string: &str) -> Result<Size, String> {
        let side = |it: &str| it.parse().ok().filter(|side| (1..=Size::MAX).contains(side));
        let sides = string.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let (width, height) = sides.ok_or_else(|| {
            format!("a size is width x height, such as 1280x800, each from 1 to {}", Size::MAX)
        })?;
        Ok(Size { width, height })
    }
}

fn parse_zoom(string: &str) -> Result<f32, String> {
    let zoom = string.parse().ok().filter(|zoom| (0.25..=8.0).contains(zoom));
    zoom.ok_or_else(|| "a zoom is a number from 0.25 to 8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!("640x480".parse(), Ok(Size { width: 640, height: 480 }));
        for string in ["", "x", "640", "640x", "0x480", "-1x480", "640x9000", "640x480x2", "99999999999x1"] {
            assert!(string.parse::<Size>().is_err(), "{string}");
        }
    }

    #[test]
    fn zooms() {
        assert_eq!(parse_zoom("1.5"), Ok(1.5));
        for string in ["", "0", "nan", "inf", "-1", "9"] {
            assert!(parse_zoom(string).is_err(), "{string}");
        }
    }
}
