//! Numbers as people read them.

/// Bytes with a decimal unit: `1.4 MB`, as download sizes are usually given.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

/// A time span: `0.8 ms`, `45 ms`, `3.2 s`, `2 min 05 s`.
pub fn milliseconds(ms: f64) -> String {
    match ms {
        ms if !ms.is_finite() => "–".to_owned(),
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 9_950.0 => format!("{:.1} s", ms / 1e3),
        ms if ms < 59_500.0 => format!("{:.0} s", ms / 1e3),
        ms => {
            let seconds = (ms / 1e3).round() as u64;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// A number with `digits` significant digits, in powers of ten only where zeros would crowd it out, and with
/// a true minus sign.
pub fn number(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let exponent = x.abs().log10().floor() as i32;
    let text = if (-2..5).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        format!("{x:.decimals$}")
    } else {
        let mantissa = x / 10f64.powi(exponent);
        format!("{mantissa:.*}·10{}", digits.saturating_sub(1), superscript(exponent))
    };
    text.replace('-', "−")
}

/// `mean ± sd`, both with as many decimals as the spread deserves (two digits of it).
pub fn mean_sd(mean: f64, sd: f64) -> String {
    if !mean.is_finite() || !sd.is_finite() {
        return "–".to_owned();
    }
    let large = mean.abs().max(sd.abs());
    let exponent = if large > 0.0 { large.log10().floor() as i32 } else { 0 };
    let scale = if (-2..5).contains(&exponent) { 0 } else { exponent };
    let (mean, sd) = (mean / 10f64.powi(scale), sd / 10f64.powi(scale));
    let decimals = if sd > 0.0 { (1 - sd.log10().floor() as i32).clamp(0, 6) as usize } else { 3 };
    let text = format!("{mean:.decimals$} ± {sd:.decimals$}");
    let text = if scale == 0 { text } else { format!("({text})·10{}", superscript(scale)) };
    text.replace('-', "−")
}

/// `64³` for a cube, `64 × 32 × 16` (z, y, x) otherwise.
pub fn shape(shape: [usize; 3]) -> String {
    match shape {
        [a, b, c] if a == b && b == c => format!("{a}³"),
        [a, b, c] => format!("{a} × {b} × {c}"),
    }
}

fn superscript(n: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    n.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_the_unit_that_fits() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(23_400), "23 kB");
        assert_eq!(bytes(1_400_000), "1.4 MB");
    }

    #[test]
    fn times_never_show_sixty_seconds() {
        assert_eq!(milliseconds(0.84), "0.8 ms");
        assert_eq!(milliseconds(999.6), "1.0 s");
        assert_eq!(milliseconds(59_600.0), "1 min 00 s");
        assert_eq!(milliseconds(125_000.0), "2 min 05 s");
        assert_eq!(milliseconds(f64::NAN), "–");
    }

    #[test]
    fn numbers_keep_their_significant_digits() {
        assert_eq!(number(0.18204, 3), "0.182");
        assert_eq!(number(27.31, 3), "27.3");
        assert_eq!(number(-6.6e-4, 2), "−6.6·10⁻⁴");
        assert_eq!(number(0.0, 3), "0");
        assert_eq!(number(f64::INFINITY, 3), "–");
    }

    #[test]
    fn the_spread_sets_the_decimals() {
        assert_eq!(mean_sd(0.1822, 0.0193), "0.182 ± 0.019");
        assert_eq!(mean_sd(-6.6e-4, 1.4e-4), "(−6.6 ± 1.4)·10⁻⁴");
        assert_eq!(mean_sd(27.3, 0.0), "27.300 ± 0.000");
    }

    #[test]
    fn a_cube_is_named_by_its_edge() {
        assert_eq!(shape([64, 64, 64]), "64³");
        assert_eq!(shape([64, 32, 16]), "64 × 32 × 16");
    }
}
