//! Random policies say the same when they are formatted, whatever their layout was.

use std::cell::RefCell;

use fastrand::Rng;

use crate::differential::try_cases;
use crate::promise::{disturbed, hold};

#[test]
fn random_policies_say_the_same_when_formatted() {
    let rng = RefCell::new(Rng::with_seed(5));
    let counts = RefCell::new((0, 0));
    try_cases(300, 4, |case, _| {
        let text = case.declarations().concat();
        assert!(hold(&text).is_some(), "{text}");
        let read = hold(&disturbed(&text, &mut rng.borrow_mut())).is_some();
        let (all, whole) = *counts.borrow();
        *counts.borrow_mut() = (all + 1, whole + usize::from(read));
        Vec::new()
    });
    let (all, whole) = *counts.borrow();
    assert!(whole * 2 > all, "only {whole} of {all} could be read");
}
