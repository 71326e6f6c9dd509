#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::keys::room_key(data);
});
