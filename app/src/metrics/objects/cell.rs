//! A cell of NATS-Bench's topology space (Dong & Yang 2020): four nodes, an operation on each of the six edges.

use crate::text::markup::escape;

/// Edges in the order of an architecture string: node 1 from 0, node 2 from 0 and 1, node 3 from 0, 1 and 2.
pub const EDGES: [[usize; 2]; 6] = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]];
/// Colours of the operations, in the order of the alphabet; readable on light and dark ground.
pub const OPERATION_COLOURS: [&str; 5] = ["#8A9099", "#3D8BB8", "#B8791A", "#2A8A4A", "#A0528F"];

const NODES: [[f64; 2]; 4] = [[70.0, 150.0], [290.0, 60.0], [290.0, 240.0], [520.0, 150.0]];
const RADIUS: f64 = 24.0;

/// Whether sequences over this alphabet are such cells.
pub fn is_cell(alphabet: &[String], positions: usize) -> bool {
    positions == EDGES.len() && alphabet.len() == 5 && alphabet.iter().any(|name| name.chars().count() > 1)
}

/// The operations of an object, as numbers in the alphabet: an architecture string `|op~0|+|op~0|op~1|+…`, six names, or
/// six digits.
pub fn operations(object: &str, alphabet: &[String]) -> Option<[usize; 6]> {
    let words: Vec<&str> = object
        .split(|c: char| c == '|' || c == '+' || c == ',' || c == ';' || c.is_whitespace())
        .map(|word| word.split('~').next().unwrap_or(word))
        .filter(|word| !word.is_empty())
        .collect();
    let by_name = || words.iter().map(|word| alphabet.iter().position(|name| name == word)).collect::<Option<Vec<_>>>();
    let by_digit = || {
        let digits: String = words.concat();
        let number = |c: char| c.to_digit(10).map(|d| d as usize).filter(|&d| d < alphabet.len());
        digits.chars().map(number).collect::<Option<Vec<_>>>()
    };
    by_name().or_else(by_digit)?.try_into().ok()
}

/// A drawing of the cell.
pub fn drawing(operations: [usize; 6], alphabet: &[String]) -> String {
    let name = |operation: usize| alphabet.get(operation).map_or("", String::as_str);
    let words: Vec<String> = EDGES
        .iter()
        .zip(operations)
        .map(|([from, to], operation)| format!("{from} to {to}: {}", name(operation)))
        .collect();
    let mut body = String::new();
    for ([from, to], operation) in EDGES.into_iter().zip(operations) {
        let colour = OPERATION_COLOURS.get(operation).copied().unwrap_or(OPERATION_COLOURS[0]);
        let dash = if name(operation) == "none" { " stroke-dasharray=\"3 7\"" } else { "" };
        let (start, end, middle) = ends(from, to);
        body.push_str(&format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-width=\"5\"{dash}/>\n",
            start[0], start[1], end[0], end[1]
        ));
        body.push_str(&head(start, end, colour));
        body.push_str(&format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"halo\" font-family=\"system-ui, sans-serif\" font-size=\"17\" \
             text-anchor=\"middle\" fill=\"#1C1F23\">{}</text>\n",
            middle[0],
            middle[1],
            escape(name(operation))
        ));
    }
    for (number, [x, y]) in NODES.iter().enumerate() {
        body.push_str(&format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{RADIUS}\" class=\"node\" fill=\"#FFFFFF\" stroke=\"#1C1F23\" stroke-width=\"3\"/>\n\
             <text x=\"{x}\" y=\"{:.1}\" font-family=\"system-ui, sans-serif\" font-size=\"22\" text-anchor=\"middle\" \
             fill=\"#1C1F23\">{number}</text>\n",
            y + 8.0
        ));
    }
    format!(
        "<svg class=\"plot cell-drawing\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 600 300\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n{body}</svg>\n",
        escape(&format!("Architecture: {}", words.join("; ")))
    )
}

/// Where an edge leaves its first node and meets its second, and where its name stands.
fn ends(from: usize, to: usize) -> ([f64; 2], [f64; 2], [f64; 2]) {
    let (a, b) = (NODES[from], NODES[to]);
    let length = (b[0] - a[0]).hypot(b[1] - a[1]);
    let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    let at = |distance: f64| [a[0] + along[0] * distance, a[1] + along[1] * distance];
    // The two edges that cross in the middle are named before they do.
    let share = if [from, to] == [0, 3] { 0.33 } else { 0.5 };
    let mut middle = at(length * share);
    middle[1] += if [from, to] == [1, 2] { 46.0 } else { -8.0 };
    (at(RADIUS + 2.0), at(length - RADIUS - 4.0), middle)
}

fn head(start: [f64; 2], end: [f64; 2], colour: &str) -> String {
    let length = (end[0] - start[0]).hypot(end[1] - start[1]);
    let [u, v] = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
    let corner =
        |back: f64, aside: f64| format!("{:.1},{:.1}", end[0] - back * u - aside * v, end[1] - back * v + aside * u);
    format!(
        "<polygon points=\"{} {} {}\" fill=\"{colour}\"/>\n",
        corner(0.0, 0.0),
        corner(16.0, 7.0),
        corner(16.0, -7.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alphabet() -> Vec<String> {
        ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"].map(str::to_owned).to_vec()
    }

    #[test]
    fn an_architecture_is_read_however_it_is_written() {
        let string = "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|";
        let expected = Some([3, 3, 0, 1, 2, 4]);
        assert_eq!(operations(string, &alphabet()), expected);
        assert_eq!(operations("330124", &alphabet()), expected);
        assert_eq!(operations("3,3,0,1,2,4", &alphabet()), expected);
        assert_eq!(
            operations("nor_conv_3x3, nor_conv_3x3,none,skip_connect, nor_conv_1x1,avg_pool_3x3", &alphabet()),
            expected
        );
        assert_eq!(operations("33012", &alphabet()), None);
        assert_eq!(operations("330129", &alphabet()), None);
    }

    #[test]
    fn every_edge_is_drawn_and_named() {
        let svg = drawing([3, 3, 0, 1, 2, 4], &alphabet());
        assert_eq!(svg.matches("<line").count(), 6);
        assert_eq!(svg.matches("<circle").count(), 4);
        assert_eq!(svg.matches("stroke-dasharray").count(), 1, "an edge that is none");
        assert!(svg.contains("1 to 2: none; 0 to 3: skip_connect"));
    }

    #[test]
    fn only_six_edges_of_five_named_operations_are_a_cell() {
        assert!(is_cell(&alphabet(), 6));
        assert!(!is_cell(&["A", "C", "G", "T", "N"].map(str::to_owned), 6));
        assert!(!is_cell(&alphabet(), 5));
    }
}
