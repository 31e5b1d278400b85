//! Work of others that may give up by a panic.
//!
//! The crates that decode Parquet and Arrow check what a file says, but not all of it: on some damaged files an assertion or an index
//! of theirs fails (`column start and length should not be negative`, where one bit of the metadata is wrong). They hold no
//! `unsafe` state that such a panic could leave half-done, and what they were making is thrown away with it, so it is an error like any
//! other that they return. Nothing of our own runs in here.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs work that may panic; then it is an error, which nobody sees but the caller.
///
/// # Errors
///
/// What the panic said.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |said| {
            if !GUARDED.get() {
                before(said);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    done.map_err(|said| said_by(&*said))
}

fn said_by(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "it gave up".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        assert_eq!(guarded(|| 7), Ok(7));
        let empty: Vec<u8> = Vec::new();
        let said = guarded(|| empty.iter().map(|n| n + 1).next().unwrap_or_else(|| panic!("nothing {}", 1)));
        assert_eq!(said, Err("nothing 1".to_owned()));
        assert_eq!(guarded(|| guarded(|| 1).unwrap_or(0) + 1), Ok(2));
    }
}
