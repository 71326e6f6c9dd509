#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decoding::wraps::secret_wrap(data);
});
