//! A pack and its deals, from text to views.

#![no_main]

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    dealdesk_fuzz::driver::mutate(data, size, max_size, seed)
});

libfuzzer_sys::fuzz_target!(|text: &str| dealdesk_fuzz::promises::pipeline(text));
