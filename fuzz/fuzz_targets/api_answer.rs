#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::api::api_answer(data);
});
