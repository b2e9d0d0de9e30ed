//! How the window comes to the screen: OpenGL, then wgpu, then the processor alone.
//!
//! Invariants:
//! - One event loop serves all tries, because the windowing system allows only one a process.
//! - A way that has painted a frame is never followed by another one: what comes after is the
//!   window's end, not its failure.
//! - What the windowing system would panic over is asked for before it starts.

use std::cell::Cell;
use std::rc::Rc;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use eframe::UserEvent;
use egui::{Ui, ViewportBuilder};
use egui_winit::winit::event_loop::EventLoop;
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand as _;

use crate::gui::soft_window::SoftWindow;

/// What a window shows, whoever draws it.
pub trait Content {
    /// Takes in what happened elsewhere. Called before each [`Content::ui`], and also while the
    /// window is hidden. Draws nothing.
    fn logic(&mut self, _context: &egui::Context) {}

    /// Draws a frame.
    fn ui(&mut self, ui: &mut Ui);

    /// Called once when the window is gone.
    fn exit(&mut self) {}
}

/// What draws the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renderer {
    /// The graphics processor through OpenGL, or a driver that does as if.
    Glow,
    /// The graphics processor through Vulkan, Metal or Direct3D.
    Wgpu,
    /// The processor alone.
    Soft,
}

impl Renderer {
    /// All, in the order to try them in on this system: remote desktops of Windows have an OpenGL
    /// too old, and on macOS it is out of favour.
    pub const ALL: [Renderer; 3] = if cfg!(any(target_os = "windows", target_os = "macos")) {
        [Renderer::Wgpu, Renderer::Glow, Renderer::Soft]
    } else {
        [Renderer::Glow, Renderer::Wgpu, Renderer::Soft]
    };

    /// The environment variable that forces a renderer by its name.
    pub const VARIABLE: &str = "SOROT_RENDERER";

    /// The name, as in `--renderer`.
    pub fn name(self) -> &'static str {
        match self {
            Renderer::Glow => "glow",
            Renderer::Wgpu => "wgpu",
            Renderer::Soft => "soft",
        }
    }

    /// The renderer that [`Renderer::VARIABLE`] asks for; nothing if it is unset or empty.
    ///
    /// # Errors
    /// If it names none.
    pub fn from_environment() -> Result<Option<Renderer>, UnknownRenderer> {
        match std::env::var(Renderer::VARIABLE) {
            Ok(name) if !name.is_empty() => name.parse().map(Some),
            _ => Ok(None),
        }
    }
}

/// A name that no renderer has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no renderer “{0}”; take glow, wgpu or soft")]
pub struct UnknownRenderer(String);

impl FromStr for Renderer {
    type Err = UnknownRenderer;

    fn from_str(name: &str) -> Result<Renderer, UnknownRenderer> {
        let renderer = Renderer::ALL.into_iter().find(|renderer| renderer.name() == name);
        renderer.ok_or_else(|| UnknownRenderer(name.to_owned()))
    }
}

/// Makes a window's content for the egui context that it will live in. Called once for each
/// renderer that gets as far as a window.
pub type MakeContent<'a> = dyn FnMut(&egui::Context) -> Box<dyn Content> + 'a;

/// Opens a window and runs it until it is closed. `forced` is the only renderer tried, if there is
/// one; else they are tried in order until one has painted.
///
/// # Errors
/// If the system lacks a display or a library, in which case the message says which, or if no
/// renderer can start.
pub fn run(
    window: ViewportBuilder,
    forced: Option<Renderer>,
    make_content: &mut MakeContent<'_>,
) -> anyhow::Result<()> {
    check_display()?;
    let mut event_loop: EventLoop<UserEvent> =
        EventLoop::with_user_event().build().context("the windowing system does not answer")?;
    let renderers: &[Renderer] = match &forced {
        Some(renderer) => std::slice::from_ref(renderer),
        None => &Renderer::ALL,
    };
    let mut failures = vec![];
    for &renderer in renderers {
        let has_painted = Rc::new(Cell::new(false));
        let result = match renderer {
            Renderer::Glow => {
                run_eframe(&mut event_loop, eframe::Renderer::Glow, &window, make_content, &has_painted)
            }
            Renderer::Wgpu => {
                run_eframe(&mut event_loop, eframe::Renderer::Wgpu, &window, make_content, &has_painted)
            }
            Renderer::Soft => SoftWindow::run(&mut event_loop, window.clone(), make_content, &has_painted),
        };
        if has_painted.get() {
            return result;
        }
        let why = result.err().map_or_else(String::new, |error| format!(" ({error:#})"));
        failures.push(format!("{}{why}", renderer.name()));
    }
    bail!("no window can be drawn here; tried {}", failures.join(", "))
}

/// Why eframe failed is not handed out by it; that it failed shows in nothing having been painted.
fn run_eframe(
    event_loop: &mut EventLoop<UserEvent>,
    renderer: eframe::Renderer,
    window: &ViewportBuilder,
    make_content: &mut MakeContent<'_>,
    has_painted: &Rc<Cell<bool>>,
) -> anyhow::Result<()> {
    let options =
        eframe::NativeOptions { viewport: window.clone(), renderer, ..eframe::NativeOptions::default() };
    let has_painted = Rc::clone(has_painted);
    let make = Box::new(move |creation: &eframe::CreationContext<'_>| {
        let content = make_content(&creation.egui_ctx);
        Ok(Box::new(Frames { content, has_painted }) as Box<dyn eframe::App>)
    });
    let mut application = eframe::create_native(APP_ID, options, make, event_loop);
    event_loop.run_app_on_demand(&mut application)?;
    Ok(())
}

/// What the desktop knows the program by.
pub const APP_ID: &str = "sorot";

/// [`Content`] as eframe wants it.
struct Frames {
    content: Box<dyn Content>,
    has_painted: Rc<Cell<bool>>,
}

impl eframe::App for Frames {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.content.logic(context);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.content.ui(ui);
        self.has_painted.set(true);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.content.exit();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_opaque().to_normalized_gamma_f32()
    }
}

/// Asks for what the windowing system would fail over without a helpful word, or panic.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn check_display() -> anyhow::Result<()> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_wayland = is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET");
    check_libraries(has_wayland, is_set("DISPLAY"), has_library)
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn check_display() -> anyhow::Result<()> {
    Ok(())
}

/// Libraries opened at run time, and the Debian packages that bring them.
#[cfg(all(unix, not(target_vendor = "apple")))]
const KEYBOARD: (&str, &str) = ("libxkbcommon.so.0", "libxkbcommon0");
#[cfg(all(unix, not(target_vendor = "apple")))]
const WAYLAND: [(&str, &str); 2] = [("libwayland-client.so.0", "libwayland-client0"), KEYBOARD];
#[cfg(all(unix, not(target_vendor = "apple")))]
const X11: [(&str, &str); 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    KEYBOARD,
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];

#[cfg(all(unix, not(target_vendor = "apple")))]
fn check_libraries(
    has_wayland: bool,
    has_x11: bool,
    has_library: impl Fn(&str) -> bool,
) -> anyhow::Result<()> {
    if !has_wayland && !has_x11 {
        bail!(
            "there is no display to open a window on: neither WAYLAND_DISPLAY nor DISPLAY is set; \
             the subcommands work without, see `sorot --help`"
        );
    }
    let missing = |libraries: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        libraries.iter().copied().filter(|(library, _)| !has_library(library)).collect()
    };
    let mut missing = match (has_wayland, has_x11) {
        // Where both are there, Wayland is asked first and X11 where it does not answer.
        (true, true) if missing(&WAYLAND).is_empty() || missing(&X11).is_empty() => vec![],
        (true, false) => missing(&WAYLAND),
        (_, _) => missing(&X11),
    };
    missing.sort_unstable();
    if missing.is_empty() {
        return Ok(());
    }
    let (libraries, packages): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
    bail!(
        "a window needs {}, which this system lacks; on Debian and Ubuntu: apt install {}",
        libraries.join(", "),
        packages.join(" ")
    )
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[expect(unsafe_code, reason = "asking whether a system library can be opened; nothing in it is called")]
fn has_library(name: &str) -> bool {
    // SAFETY: opening runs the library's initialisers; these are the system's own windowing
    // libraries, which the window is about to open in any case.
    unsafe { libloading::Library::new(name) }.is_ok()
}

#[cfg(test)]
mod tests {
    use crate::gui::renderer::{Renderer, UnknownRenderer};

    #[test]
    fn renderers_have_names() {
        for renderer in Renderer::ALL {
            assert_eq!(renderer.name().parse(), Ok(renderer));
        }
        assert_eq!("metal".parse::<Renderer>(), Err(UnknownRenderer("metal".to_owned())));
        assert_eq!(Renderer::ALL[2], Renderer::Soft, "the last resort is last");
    }

    #[cfg(all(unix, not(target_vendor = "apple")))]
    #[test]
    fn what_is_missing_is_named_with_its_package() {
        use crate::gui::renderer::check_libraries;

        let message = |wayland, x11, absent: &[&str]| {
            let result = check_libraries(wayland, x11, |library| !absent.contains(&library));
            result.err().map(|error| error.to_string())
        };
        assert_eq!(message(false, true, &[]), None);
        assert_eq!(message(true, true, &["libwayland-client.so.0"]), None, "X11 will do");
        assert_eq!(message(true, true, &["libX11.so.6"]), None, "Wayland will do");
        assert!(message(false, false, &[]).is_some_and(|text| text.contains("DISPLAY")));
        expect_test::expect!["a window needs libX11.so.6, libxkbcommon-x11.so.0, which this system lacks; on Debian and Ubuntu: apt install libx11-6 libxkbcommon-x11-0"]
            .assert_eq(&message(false, true, &["libxkbcommon-x11.so.0", "libX11.so.6"]).unwrap_or_default());
    }
}
