//! Libraries that panic on a file, where they should say that they cannot read it.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// True while a panic on this thread is an answer and no mistake of ours.
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// What a function returns, or what it says as it panics, on one line. Nothing is printed then.
pub(super) fn caught<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_EXPECTED.get() {
                hook(info);
            }
        }));
    });
    let was_expected = IS_EXPECTED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(function));
    IS_EXPECTED.set(was_expected);
    result.map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("for no stated reason");
    message.lines().next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer() {
        assert_eq!(caught(|| 7), Ok(7));
        assert_eq!(
            caught(|| caught(|| panic!("no {}\nat all", "xref"))),
            Ok::<_, String>(Err::<(), _>("no xref".to_owned()))
        );
        assert!(!IS_EXPECTED.get());
    }
}
