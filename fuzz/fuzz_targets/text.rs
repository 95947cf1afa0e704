//! Bytes to numbered lines: every line lies in the text, numbers count up by one or stay.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portjoin::text::{Unwrapped, decode};

fuzz_target!(|bytes: &[u8]| {
    let decoded = decode(bytes.to_vec(), None);
    let unwrapped = Unwrapped::new(&decoded.text);
    let mut last = 0;
    for line in unwrapped.lines() {
        assert!(line.number == last || line.number == last + 1, "{} after {last}", line.number);
        last = line.number;
    }
    let ends = decoded.text.matches('\n').count();
    assert!(last <= ends + decoded.text.matches('\r').count() + 1, "{last} lines, {ends} ends");
});
