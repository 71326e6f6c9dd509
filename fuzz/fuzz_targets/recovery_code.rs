#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::keys::recovery_code(data);
});
