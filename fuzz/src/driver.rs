//! Between libFuzzer and [`crate::mutate`].

use fastrand::Rng;
use libfuzzer_sys::fuzzer_mutate;

/// Changes the first `size` bytes of `data` in place: a text mostly by its grammar, now and then by its bytes.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut rng = Rng::with_seed(u64::from(seed));
    let text = std::str::from_utf8(&data[..size]).ok().filter(|_| rng.u8(..8) != 0);
    let Some(text) = text else { return fuzzer_mutate(data, size, max_size) };
    let mut changed = crate::mutate::mutate(text, &mut rng);
    let mut end = changed.len().min(max_size);
    while !changed.is_char_boundary(end) {
        end -= 1;
    }
    changed.truncate(end);
    data[..end].copy_from_slice(changed.as_bytes());
    end
}
