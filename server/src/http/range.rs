//! Byte ranges of a file (RFC 9110, section 14).

use std::ops::Range;

/// What a `Range` header asks of a file of `length` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything: no header, or one that is not understood, which is to be ignored.
    All,
    /// One range, not empty and inside the file.
    Part(Range<u64>),
    /// A range that lies outside.
    Outside,
}

/// Reads a `Range` header. Several ranges at once are answered with the whole file, as the RFC allows.
pub fn parse(header: Option<&str>, length: u64) -> Wanted {
    let Some(spec) = header.and_then(|h| h.trim().strip_prefix("bytes=")) else { return Wanted::All };
    if spec.contains(',') {
        return Wanted::All;
    }
    let Some((first, last)) = spec.trim().split_once('-') else { return Wanted::All };
    let number = |text: &str| {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), None) if last.is_empty() => part(first, length, length),
        (Some(first), Some(last)) if first <= last => part(first, last.saturating_add(1), length),
        (None, Some(suffix)) if first.is_empty() => part(length.saturating_sub(suffix), length, length),
        _ => Wanted::All,
    }
}

fn part(start: u64, end: u64, length: u64) -> Wanted {
    let end = end.min(length);
    if start < end { Wanted::Part(start..end) } else { Wanted::Outside }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_the_rfc() {
        assert_eq!(parse(None, 10), Wanted::All);
        assert_eq!(parse(Some("bytes=0-0"), 10), Wanted::Part(0..1));
        assert_eq!(parse(Some("bytes=2-"), 10), Wanted::Part(2..10));
        assert_eq!(parse(Some("bytes=-3"), 10), Wanted::Part(7..10));
        assert_eq!(parse(Some("bytes=-30"), 10), Wanted::Part(0..10));
        assert_eq!(parse(Some("bytes=4-99"), 10), Wanted::Part(4..10));
        assert_eq!(parse(Some("bytes=10-"), 10), Wanted::Outside);
        assert_eq!(parse(Some("bytes=-0"), 10), Wanted::Outside);
        assert_eq!(parse(Some("bytes=0-"), 0), Wanted::Outside);
        for ignored in ["bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-", "bytes=+1-2"] {
            assert_eq!(parse(Some(ignored), 10), Wanted::All, "{ignored}");
        }
        assert_eq!(parse(Some("bytes=99999999999999999999999-"), 10), Wanted::Outside);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_outside(header in "(bytes=)?[0-9,-]{0,12}", length in 0u64..1000) {
            if let Wanted::Part(range) = parse(Some(&header), length) {
                prop_assert!(range.start < range.end && range.end <= length);
            }
        }
    }
}
