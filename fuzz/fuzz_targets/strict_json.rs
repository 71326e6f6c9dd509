#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::json::strict_json(data);
});
