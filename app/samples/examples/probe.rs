use samples::volume::*;
use std::time::Instant;
#[path = "../tests/common/mod.rs"] mod common;
fn t<T>(name: &str, f: impl Fn() -> T) -> T { let mut best=f64::MAX; let mut r=None; for _ in 0..3 { let s=Instant::now(); r=Some(f()); best=best.min(s.elapsed().as_secs_f64()); } println!("{name}: {:.2} ms", best*1e3); r.unwrap() }
fn main() {
    let full = common::rock("berea_400");
    let c = full.block([0;3],[200;3]).unwrap();
    println!("surface {}", surface_area(&c));
    println!("window {:?} pore-closed {:?} grain-closed {:?}", Euler::window(&c), Euler::closed_pore(&c), Euler::closed_grain(&c));
    t("porosity", || porosity(&c)); t("s2 100", || TwoPoint::of(&c,100)); t("crofton", || surface_area(&c)); t("euler", || Euler::window(&c));
    t("chords", || chord_counts(&c)); println!("{:?}", t("perc", || percolates(&c))); t("all", || PoreMeasures::of_geometry(&c,&MeasureOptions::default()));
    let s2=TwoPoint::of(&full,100); let g=TwoPoint::of_grain(&full,4); let s=Slope::of(&s2.radial,&g.radial);
    println!("{:?} {:?} {:?} {}", s, s.chord_pore(), s.chord_grain(), s.surface());
    let half = full.halve().unwrap();
    for (name, blocks) in [("half stride 64", half.blocks(64,64)), ("half stride 34", half.blocks(64,34)), ("half stride 45", half.blocks(64,45))] {
        let r = RockReference::of(&blocks, &MeasureOptions::default(), 6.0).unwrap();
        println!("{name} {} {:?}\n {:?}\n{:?}", r.blocks, r.mean, r.sd, [0,2,4,8,12,16].map(|i| r.s2_radial.mean[i]));
    }
    let m = PoreMeasures::of_geometry(&half, &MeasureOptions::default()); println!("half whole: phi {} S {} chi26 {} slope {} chords {:?} {:?}", m.porosity, m.surface, m.euler_pore26, m.surface_slope, m.chord_pore, m.chord_grain);
    let pack = t("finney", || common::bead_pack().voxelize(6.25,125).unwrap());
    let r = RockReference::of(&pack.blocks(61,64), &MeasureOptions::default(), 6.0).unwrap();
    println!("finney {} {:?}\n {:?}\n{:?}", r.blocks, r.mean, r.sd, [0,2,4,8,12,16].map(|i| r.s2_radial.mean[i]));
    let m = PoreMeasures::of_geometry(&pack, &MeasureOptions::default()); println!("whole: phi {} S {} chi26 {} chi6 {} slope {} chords {:?} {:?} {:?}", m.porosity, m.surface, m.euler_pore26, m.euler_pore6, m.surface_slope, m.chord_pore, m.chord_grain, [0,2,4,8,12,16].map(|i| m.s2.radial[i]));
    let ketton = t("ketton median", || common::rock("ketton_256").median_filter());
    let k = ketton.halve().unwrap();
    let r = RockReference::of(&k.blocks(64,64), &MeasureOptions::default(), 6.0).unwrap();
    println!("ketton {} {:?}\n {:?}", r.blocks, r.mean, r.sd);
    for b in half.blocks(64,64).iter().take(2) { for a in 0..3 { let st=Instant::now(); println!("{:?} {:.2}s", permeability::along(b,a,&Default::default()), st.elapsed().as_secs_f64()); } }
}
