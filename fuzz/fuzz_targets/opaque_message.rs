#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::opaque::opaque_message(data);
});
