//! Sequences as a logo: at each position the letters stand on each other, as high as they tell something. Alphabets of
//! words become stacked bars.

use samples::objects::Picture;

use super::{cell::OPERATION_COLOURS, colour::css};
use crate::text::markup::escape;

/// Positions that are drawn.
const MOST: usize = 64;
/// Height of a capital letter, in units of the font size.
const CAPITAL: f64 = 0.72;
const COLUMN: f64 = 60.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 44.0;
const TOP: f64 = 14.0;

/// Information of a position's letters in bits: log₂ of the alphabet less their entropy (Schneider & Stephens 1990,
/// without the correction for small samples: these are probabilities, not counts).
pub fn information(probability: &[f32]) -> f64 {
    let p = normalised(probability);
    let entropy: f64 = p.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum();
    ((p.len().max(1) as f64).log2() - entropy).max(0.0)
}

/// Probabilities that sum to one; what is no number or negative counts as zero.
fn normalised(probability: &[f32]) -> Vec<f64> {
    let p: Vec<f64> = probability.iter().map(|p| f64::from(*p)).map(|p| if p > 0.0 { p } else { 0.0 }).collect();
    let sum: f64 = p.iter().sum();
    if sum > 0.0 && sum.is_finite() { p.iter().map(|p| p / sum).collect() } else { vec![0.0; p.len()] }
}

/// Where the axis ends, in bits: broad laws tell little at each position, and would not be seen on an axis for certainty.
fn top_of_axis(positions: &[Vec<f32>]) -> f64 {
    let tallest = positions.iter().map(|p| information(p)).fold(0.0, f64::max);
    [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0].into_iter().find(|top| tallest <= top + 1e-9).unwrap_or(8.0)
}

/// The logo, or the bars; `None` for other pictures and where there is nothing.
pub fn logo(name: &str, picture: &Picture) -> Option<String> {
    let Picture::Letters { alphabet, probability, .. } = picture else { return None };
    let letters = alphabet.iter().all(|letter| letter.chars().count() == 1);
    let positions = &probability[..probability.len().min(MOST)];
    if positions.is_empty() || alphabet.is_empty() {
        return None;
    }
    let scale = if letters { top_of_axis(positions) } else { 1.0 };
    let mut body = axis(positions.len(), scale, if letters { "bits" } else { "share" });
    for (at, probability) in positions.iter().enumerate() {
        let p = normalised(probability);
        let whole = if letters { information(probability) / scale } else { 1.0 };
        let mut order: Vec<usize> = (0..p.len().min(alphabet.len())).collect();
        if letters {
            order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
        }
        let (x, mut y) = (LEFT + COLUMN * at as f64, TOP + HEIGHT);
        for letter in order {
            let height = p[letter] * whole * HEIGHT;
            // Less than half a unit is not seen.
            if height < 0.5 {
                continue;
            }
            y -= height;
            let text = &alphabet[letter];
            body.push_str(&if letters {
                glyph(text, letter, x, y, height)
            } else {
                bar(text, letter, x, y, height, p[letter])
            });
        }
    }
    let (width, height) = (LEFT + COLUMN * positions.len() as f64 + 8.0, TOP + HEIGHT + BOTTOM);
    Some(format!(
        "<svg class=\"plot logo\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n{body}</svg>\n",
        escape(&summary(name, picture))
    ))
}

fn axis(positions: usize, scale: f64, unit: &str) -> String {
    let text = |x: f64, y: f64, anchor: &str, text: &str| {
        format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"system-ui, sans-serif\" font-size=\"20\" \
             text-anchor=\"{anchor}\" fill=\"#1C1F23\">{text}</text>\n"
        )
    };
    let base = TOP + HEIGHT;
    let right = LEFT + COLUMN * positions as f64;
    let mut out =
        format!("<path d=\"M{LEFT} {TOP}V{base}H{right}\" fill=\"none\" stroke=\"#1C1F23\" stroke-width=\"1.5\"/>\n");
    out.push_str(&text(LEFT - 8.0, base + 4.0, "end", "0"));
    out.push_str(&text(LEFT - 8.0, TOP + 14.0, "end", &scale.to_string()));
    out.push_str(&text(LEFT - 8.0, TOP + HEIGHT / 2.0, "end", unit));
    for position in 0..positions {
        out.push_str(&text(
            LEFT + COLUMN * (position as f64 + 0.5),
            base + 28.0,
            "middle",
            &(position + 1).to_string(),
        ));
    }
    out
}

/// A letter stretched to its box.
fn glyph(letter: &str, number: usize, x: f64, y: f64, height: f64) -> String {
    let colour = letter_colour(letter, number);
    let stretch = height / (100.0 * CAPITAL);
    format!(
        "<text transform=\"translate({:.1} {:.2}) scale(1 {stretch:.4})\" font-family=\"system-ui, sans-serif\" \
         font-size=\"100\" font-weight=\"700\" text-anchor=\"middle\" textLength=\"{:.0}\" \
         lengthAdjust=\"spacingAndGlyphs\" fill=\"{colour}\">{}</text>\n",
        x + COLUMN / 2.0,
        y + height,
        COLUMN - 6.0,
        escape(letter)
    )
}

fn bar(word: &str, number: usize, x: f64, y: f64, height: f64, share: f64) -> String {
    let colour = word_colour(number);
    format!(
        "<rect x=\"{:.1}\" y=\"{y:.2}\" width=\"{:.1}\" height=\"{height:.2}\" fill=\"{colour}\"><title>{} {:.1} %</title></rect>\n",
        x + 4.0,
        COLUMN - 8.0,
        escape(word),
        100.0 * share
    )
}

/// The custom of genetics for bases, and evenly spaced colours for the rest; all readable on light and dark ground.
fn letter_colour(letter: &str, number: usize) -> String {
    match letter {
        "A" => "#2A8A4A".to_owned(),
        "C" => "#2F74C0".to_owned(),
        "G" => "#B8791A".to_owned(),
        "T" | "U" => "#C2452D".to_owned(),
        _ => word_colour(number),
    }
}

/// Colour of the word with that number.
pub fn word_colour(number: usize) -> String {
    match OPERATION_COLOURS.get(number) {
        Some(colour) => (*colour).to_owned(),
        None => css(0.3 + 0.5 * ((number as f64) * 0.618_034).fract(), false),
    }
}

/// The logo in words: the most probable letter of every position.
pub fn summary(name: &str, picture: &Picture) -> String {
    let Picture::Letters { alphabet, probability, best } = picture else { return String::new() };
    let one = |probability: &Vec<f32>| {
        let p = normalised(probability);
        let best = (0..p.len().min(alphabet.len())).max_by(|&a, &b| p[a].total_cmp(&p[b]))?;
        Some(format!("{} {:.0} %", alphabet[best], 100.0 * p[best]))
    };
    let consensus: Vec<String> = probability.iter().take(MOST).filter_map(one).collect();
    let found =
        best.first().map(|(object, reward)| format!("; best seen {object}, reward {reward:.4}")).unwrap_or_default();
    format!("{name}: most probable at each position: {}{found}", consensus.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(alphabet: &[&str], probability: &[&[f32]]) -> Picture {
        Picture::Letters {
            alphabet: alphabet.iter().map(|&l| l.to_owned()).collect(),
            probability: probability.iter().map(|p| p.to_vec()).collect(),
            best: vec![("GC".into(), 0.75)],
        }
    }

    #[test]
    fn certainty_tells_two_bits_of_four_letters_and_chance_none() {
        assert!((information(&[0.0, 0.0, 1.0, 0.0]) - 2.0).abs() < 1e-9);
        assert!(information(&[0.25; 4]).abs() < 1e-9);
        assert!((information(&[0.5, 0.5, 0.0, 0.0]) - 1.0).abs() < 1e-9);
        assert!((information(&[3.0, 3.0, f32::NAN, -1.0]) - 1.0).abs() < 1e-9, "counts and nonsense");
        assert!(information(&[]).abs() < 1e-9);
    }

    #[test]
    fn letters_are_as_high_as_they_tell() {
        let svg = logo("TB", &picture(&["A", "C", "G", "T"], &[&[0.0, 0.0, 1.0, 0.0], &[0.25; 4]])).expect("a logo");
        assert_eq!(svg.matches("font-weight=\"700\"").count(), 1, "a position of chance shows nothing");
        assert!(svg.contains(&format!("scale(1 {:.4})", HEIGHT / 72.0)));
        assert!(svg.contains("G 100 %"));
    }

    #[test]
    fn a_broad_law_is_drawn_on_a_finer_axis_and_says_so() {
        let broad: &[f32] = &[0.3, 0.3, 0.2, 0.2];
        let svg = logo("TB", &picture(&["A", "C", "G", "T"], &[broad])).expect("a logo");
        assert!(information(broad) < 0.05 && svg.contains(">0.05</text>"), "{svg}");
        assert_eq!(svg.matches("font-weight=\"700\"").count(), 4);
    }

    #[test]
    fn words_are_stacked_bars() {
        let svg = logo("OP", &picture(&["none", "<skip>"], &[&[0.25, 0.75]])).expect("bars");
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("&lt;skip&gt; 75.0 %"));
        assert!(logo("OP", &picture(&["a"], &[])).is_none());
    }
}
