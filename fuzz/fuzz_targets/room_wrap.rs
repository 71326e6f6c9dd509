#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::wraps::room_wrap(data);
});
