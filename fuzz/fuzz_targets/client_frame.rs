#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::frames::client_frame(data);
});
