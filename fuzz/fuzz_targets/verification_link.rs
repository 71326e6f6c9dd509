#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::keys::verification_link(data);
});
