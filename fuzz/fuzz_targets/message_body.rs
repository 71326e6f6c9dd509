#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::sealed::message_body(data);
});
