use samples::volume::*;
use std::time::Instant;
#[path = "../tests/common/mod.rs"] mod common;
fn main() {
    let full = common::rock("berea_400");
    let half = full.halve().unwrap();
    for b in half.blocks(64,64).iter().take(3) { for a in 0..3 { let st=Instant::now(); println!("{:?} {:.2}s", permeability::along(b,a,&permeability::FlowOptions{tolerance:1e-3,max_steps:3000}), st.elapsed().as_secs_f64()); } }
}
