//! The window of last resort, drawn by the processor alone.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use eframe::UserEvent;
use egui::{Color32, ColorImage, ViewportBuilder, ViewportCommand, ViewportId, ViewportInfo};
use egui_winit::winit::application::ApplicationHandler;
use egui_winit::winit::event::{StartCause, WindowEvent};
use egui_winit::winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy};
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand as _;
use egui_winit::winit::window::{Window, WindowId};

use crate::gui::renderer::{Content, MakeContent};
use crate::gui::soft::{MAX_TEXTURE_SIDE, Textures, rasterise_onto};

/// A window that shows what [`Content`] draws, and the events that come to it.
pub(super) struct SoftWindow<'a> {
    builder: ViewportBuilder,
    make_content: &'a mut MakeContent<'a>,
    has_painted: Rc<Cell<bool>>,
    proxy: EventLoopProxy<UserEvent>,
    shown: Option<Shown>,
    failure: Option<anyhow::Error>,
}

/// What exists once the windowing system has given a window.
struct Shown {
    window: Rc<Window>,
    surface: softbuffer::Surface<Rc<Window>, Rc<Window>>,
    context: egui::Context,
    state: egui_winit::State,
    info: ViewportInfo,
    content: Box<dyn Content>,
    textures: Textures,
    image: ColorImage,
    repaint_at: Option<Instant>,
}

impl<'a> SoftWindow<'a> {
    /// Opens the window and runs until it is closed.
    ///
    /// # Errors
    /// If the windowing system gives no window or takes no picture.
    pub(super) fn run(
        event_loop: &mut EventLoop<UserEvent>,
        builder: ViewportBuilder,
        make_content: &'a mut MakeContent<'a>,
        has_painted: &Rc<Cell<bool>>,
    ) -> anyhow::Result<()> {
        let mut window = SoftWindow {
            builder,
            make_content,
            has_painted: Rc::clone(has_painted),
            proxy: event_loop.create_proxy(),
            shown: None,
            failure: None,
        };
        event_loop.run_app_on_demand(&mut window)?;
        window.failure.map_or(Ok(()), Err)
    }

    fn show(&mut self, event_loop: &ActiveEventLoop) -> anyhow::Result<Shown> {
        let context = egui::Context::default();
        let proxy = egui::mutex::Mutex::new(self.proxy.clone());
        context.set_request_repaint_callback(move |info| {
            let event = UserEvent::RequestRepaint {
                viewport_id: info.viewport_id,
                when: Instant::now() + info.delay.min(LONGEST_DELAY),
                cumulative_pass_nr: info.current_cumulative_pass_nr,
            };
            // Fails only when the window is gone, and with it the need to repaint.
            let _ = proxy.lock().send_event(event);
        });
        // Invisible until the first picture is there, and until assistive technology can look.
        let builder = self.builder.clone().with_visible(false);
        let window = Rc::new(egui_winit::create_window(&context, event_loop, &builder)?);
        egui_winit::apply_viewport_builder_to_window(&context, &window, &builder);
        let no_surface = |error: softbuffer::SoftBufferError| anyhow!("the window takes no picture: {error}");
        let display = softbuffer::Context::new(Rc::clone(&window)).map_err(no_surface)?;
        let surface = softbuffer::Surface::new(&display, Rc::clone(&window)).map_err(no_surface)?;
        let mut state = egui_winit::State::new(
            context.clone(),
            ViewportId::ROOT,
            event_loop,
            Some(window.scale_factor() as f32),
            window.theme(),
            Some(MAX_TEXTURE_SIDE),
        );
        state.init_accesskit(event_loop, &window, self.proxy.clone());
        let mut info = ViewportInfo::default();
        egui_winit::update_viewport_info(&mut info, &context, &window, true);
        let content = (self.make_content)(&context);
        Ok(Shown {
            window,
            surface,
            context,
            state,
            info,
            content,
            textures: Textures::default(),
            image: ColorImage::filled([0, 0], Color32::TRANSPARENT),
            repaint_at: None,
        })
    }

    fn fail(&mut self, event_loop: &ActiveEventLoop, error: anyhow::Error) {
        self.failure = Some(error);
        event_loop.exit();
    }
}

/// A wait that is as good as for ever, and that no clock overflows at.
const LONGEST_DELAY: Duration = Duration::from_secs(3600);

impl ApplicationHandler<UserEvent> for SoftWindow<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.shown.is_some() {
            return;
        }
        match self.show(event_loop).and_then(|mut shown| shown.paint(event_loop).map(|()| shown)) {
            Ok(shown) => {
                shown.window.set_visible(true);
                self.has_painted.set(true);
                self.shown = Some(shown);
            }
            Err(error) => self.fail(event_loop, error),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        // The loop may still hold events of a window that another renderer failed with.
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.window.id() == id) else { return };
        match &event {
            WindowEvent::RedrawRequested => {
                if let Err(error) = shown.paint(event_loop) {
                    self.fail(event_loop, error);
                }
                return;
            }
            WindowEvent::CloseRequested => shown.info.events.push(egui::ViewportEvent::Close),
            WindowEvent::Destroyed => event_loop.exit(),
            WindowEvent::Resized(_) => shown.window.request_redraw(),
            _ => {}
        }
        let is_close = matches!(event, WindowEvent::CloseRequested);
        if shown.state.on_window_event(&shown.window, &event).repaint || is_close {
            shown.window.request_redraw();
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        let Some(shown) = &mut self.shown else { return };
        match event {
            UserEvent::RequestRepaint { when, .. } => shown.repaint_by(event_loop, when),
            UserEvent::AccessKitActionRequest(event) => {
                use egui_winit::accesskit_winit::WindowEvent;
                match event.window_event {
                    WindowEvent::InitialTreeRequested => shown.context.enable_accesskit(),
                    WindowEvent::ActionRequested(request) => {
                        shown.state.on_accesskit_action_request(request);
                    }
                    WindowEvent::AccessibilityDeactivated => shown.context.disable_accesskit(),
                }
                shown.window.request_redraw();
            }
        }
    }

    fn new_events(&mut self, _: &ActiveEventLoop, cause: StartCause) {
        if let (Some(shown), StartCause::ResumeTimeReached { .. }) = (&self.shown, cause) {
            shown.window.request_redraw();
        }
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        if let Some(mut shown) = self.shown.take() {
            shown.content.exit();
        }
    }
}

impl Shown {
    fn paint(&mut self, event_loop: &ActiveEventLoop) -> anyhow::Result<()> {
        self.repaint_at = None;
        event_loop.set_control_flow(ControlFlow::Wait);
        egui_winit::update_viewport_info(&mut self.info, &self.context, &self.window, false);
        let mut input = self.state.take_egui_input(&self.window);
        input.viewports.insert(ViewportId::ROOT, self.info.take());
        let is_close_requested =
            input.viewports.get(&ViewportId::ROOT).is_some_and(ViewportInfo::close_requested);
        let content = &mut self.content;
        let mut output = self.context.run_ui(input, |ui| {
            content.logic(ui.ctx());
            content.ui(ui);
        });
        self.state.handle_platform_output(&self.window, output.platform_output);
        self.textures.update(&mut output.textures_delta);
        let mut keeps_open = false;
        if let Some(root) = output.viewport_output.remove(&ViewportId::ROOT) {
            keeps_open = root.commands.contains(&ViewportCommand::CancelClose);
            if root.commands.contains(&ViewportCommand::Close) {
                event_loop.exit();
            }
            let mut actions = vec![];
            egui_winit::process_viewport_commands(
                &self.context,
                &mut self.info,
                root.commands,
                &self.window,
                &mut actions,
            );
            if root.repaint_delay < LONGEST_DELAY {
                self.repaint_by(event_loop, Instant::now() + root.repaint_delay);
            }
        }
        if is_close_requested && !keeps_open {
            event_loop.exit();
        }
        let primitives = self.context.tessellate(output.shapes, output.pixels_per_point);
        let size = self.window.inner_size();
        let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) else {
            return Ok(());
        };
        let background = self.context.global_style().visuals.panel_fill.to_opaque();
        let size_px = [size.width as usize, size.height as usize];
        if self.image.size == size_px {
            self.image.pixels.fill(background);
        } else {
            self.image = ColorImage::filled(size_px, background);
        }
        rasterise_onto(&mut self.image, &primitives, &self.textures, output.pixels_per_point);
        self.present(width, height).map_err(|error| anyhow!("{error}")).context("the window takes no picture")
    }

    fn present(&mut self, width: NonZeroU32, height: NonZeroU32) -> Result<(), softbuffer::SoftBufferError> {
        self.surface.resize(width, height)?;
        let mut buffer = self.surface.buffer_mut()?;
        for (target, pixel) in buffer.iter_mut().zip(&self.image.pixels) {
            *target = u32::from_be_bytes([0, pixel.r(), pixel.g(), pixel.b()]);
        }
        self.window.pre_present_notify();
        buffer.present()
    }

    fn repaint_by(&mut self, event_loop: &ActiveEventLoop, when: Instant) {
        if when <= Instant::now() {
            self.window.request_redraw();
        } else if self.repaint_at.is_none_or(|at| when < at) {
            self.repaint_at = Some(when);
            event_loop.set_control_flow(ControlFlow::WaitUntil(when));
        }
    }
}
