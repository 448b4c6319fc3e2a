//! Averages of weights over training steps.

use std::collections::VecDeque;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::Tensor,
};

/// `average` moved to `network` by the part `rate` of the way. Both are modules of one architecture without autodiff.
///
/// # Panics
/// If they are not.
pub fn towards<M: Module>(average: M, network: &M, rate: f64) -> M {
    let mut weights = Weights { flat: VecDeque::new(), rate };
    network.visit(&mut weights);
    average.map(&mut weights)
}

/// The weights of a network in the order in which they are visited, and how near to move to them.
struct Weights {
    flat: VecDeque<Tensor<1>>,
    rate: f64,
}

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.flat.push_back(param.val().reshape([-1]));
    }
}

impl ModuleMapper for Weights {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let new = self.flat.pop_front().expect("modules of one architecture");
        let rate = self.rate;
        param.map(|old| {
            let new = new.reshape(old.dims());
            old * (1.0 - rate) + new * rate
        })
    }
}
