//! From a request to pictures: who is it, where does the garment go, and step by step what is missing.

mod choice;
mod measures;
mod photo;
mod pictures;

use burn::tensor::{Device, Tensor};
use catalog::systems::dci_vton::{MASK, Method, SampleParameters, Warp};
use samples::{
    Image, Inputs, Patch, Pictures, Preview, Sample,
    wardrobe::{Flow, Mask},
};

use super::{
    Networks, TryOn,
    dress::{self, Laid},
    encode,
    fitting::{Cloth, Fitting, Wearer},
    inpainting::{Refinement, Start},
};
use crate::{ModelError, Pending, Sampling, StepReport, people::People, sampling::Many, seed};

use choice::Chosen;
use photo::{Looking, Unworn};

/// Role of the picture in the making.
const RESULT: &str = "result";

/// The paper's warp network has learnt from DensePose, whose weights are not free.
const WITHOUT_DENSEPOSE: &str =
    "The flow may fit worse than the paper's: the body was drawn from the joints, not by DensePose";

/// What a sampling depends on besides networks and pictures.
#[derive(Clone, Debug)]
pub struct Task {
    /// What the visitor chose.
    pub parameters: SampleParameters,
    /// Seed of the request.
    pub seed: u64,
    /// Number of the sample.
    pub index: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// What is tried on, and whether somebody wears it.
    Garment,
    /// Where the joints are.
    Look,
    /// The same from nearer, where that helps.
    LookCloser,
    /// Which pixels show the person.
    Outline,
    /// Where the garment goes.
    Warp,
    /// What is missing.
    Refine,
    /// Numbers and pictures for people.
    Finish,
}

/// A fitting in progress.
pub struct FittingRoom {
    networks: Networks,
    people: Option<People>,
    device: Device,
    task: Task,
    method: Method,
    stages: Vec<Stage>,
    done: usize,
    /// The photo of a person while it is looked at.
    looking: Option<Looking>,
    wearer: Option<Wearer>,
    /// What had to be guessed of the photo, in sentences.
    notes: Vec<String>,
    /// The picture of a garment until it has been looked at.
    picture: Option<Unworn>,
    cloth: Option<Cloth>,
    mask: Option<Mask>,
    owed: Option<Tensor<1>>,
    fitting: Option<Fitting>,
    worn: Option<Worn>,
    refinement: Option<Refinement>,
    refined: Option<Image>,
    finished: Option<Pictures>,
}

/// The garment on the person, at the size of the network.
struct Worn {
    flow: Flow,
    laid: Laid,
    composite: Image,
}

impl FittingRoom {
    /// Nothing looked at yet.
    ///
    /// # Errors
    /// If a picture is not what it should be.
    pub fn enter(model: &TryOn, task: Task, inputs: &Inputs) -> Result<Self, ModelError> {
        let (wearer, looking) = match inputs.get(catalog::systems::dci_vton::PERSON) {
            Some(photo) => (None, Some(Looking::at(&photo.image))),
            None => (Some(choice::person(&task.parameters)?), None),
        };
        let method = match (task.parameters.method, &looking) {
            (Method::Auto, Some(_)) if !model.networks.painter.knows_photos() => Method::Blend,
            (Method::Auto, _) => Method::Refine,
            (chosen, _) => chosen,
        };
        let (picture, cloth) = match choice::cloth(&task.parameters, inputs)? {
            Chosen::Cloth(cloth) => (None, Some(cloth)),
            Chosen::Picture(picture) => (Some(picture), None),
        };
        let mut stages = Vec::new();
        if picture.is_some() {
            stages.push(Stage::Garment);
        }
        if looking.is_some() {
            stages.extend([Stage::Look, Stage::LookCloser, Stage::Outline]);
        }
        stages.push(Stage::Warp);
        if is_refined(method) {
            let (painter, steps) = (model.networks.painter.model(), task.parameters.steps as usize);
            stages.extend(vec![Stage::Refine; Refinement::evaluations(painter, task.parameters.solver, steps)]);
        }
        stages.push(Stage::Finish);
        Ok(Self {
            networks: model.networks.clone(),
            people: model.people.clone(),
            device: model.device.clone(),
            method,
            stages,
            done: 0,
            looking,
            wearer,
            notes: vec![],
            picture,
            cloth,
            mask: choice::mask(inputs, MASK),
            owed: None,
            fitting: None,
            worn: None,
            refinement: None,
            refined: None,
            finished: None,
            task,
        })
    }

    fn people(&self) -> Result<&People, ModelError> {
        let missing = || ModelError::Weights("those of the networks that find people are missing".to_owned());
        self.people.as_ref().ok_or_else(missing)
    }

    fn looking(&self) -> Result<(&Looking, &People), ModelError> {
        Ok((self.looking.as_ref().ok_or_else(too_early)?, self.people()?))
    }

    fn cloth(&self) -> Result<&Cloth, ModelError> {
        self.cloth.as_ref().ok_or_else(too_early)
    }

    fn fitting(&self) -> Result<&Fitting, ModelError> {
        self.fitting.as_ref().ok_or_else(too_early)
    }

    /// What the warp is owed for, or the garment laid at once where nothing is computed.
    fn warp(&mut self) -> Result<(), ModelError> {
        let wearer = self.wearer.as_ref().ok_or_else(too_early)?;
        let fitting = Fitting::new(wearer, self.cloth()?, self.mask.as_ref(), self.networks.sizes.pictures)?;
        let flow = match self.task.parameters.warp {
            Warp::Network => {
                let (garment, person) = fitting.warp_inputs(&self.device)?;
                self.owed = Some(self.networks.flow(garment, person).flatten(0, 3));
                None
            }
            Warp::ThinPlate => Some(fitting.thin_plate()?),
            Warp::Affine => Some(fitting.affine()?),
            Warp::Paste => Some(fitting.paste()?),
        };
        self.fitting = Some(fitting);
        flow.map_or(Ok(()), |flow| self.lay(flow))
    }

    fn lay(&mut self, flow: Flow) -> Result<(), ModelError> {
        let fitting = self.fitting()?;
        let mut laid = dress::lay(&flow, &fitting.garment, &fitting.garment_mask, &fitting.keep);
        if self.method == Method::NoWarp {
            laid = laid.without_cloth();
        }
        let composite = dress::composite(fitting, &laid)?;
        self.worn = Some(Worn { flow, laid, composite });
        if is_refined(self.method) {
            self.refinement = Some(self.begin()?);
        }
        Ok(())
    }

    fn begin(&self) -> Result<Refinement, ModelError> {
        let (fitting, worn) = (self.fitting()?, self.worn.as_ref().ok_or_else(too_early)?);
        let given = self.networks.given([(fitting, &worn.laid)].into_iter(), &self.device)?;
        let start = if self.method == Method::NoiseStart { Start::Noise } else { Start::Composite };
        let SampleParameters { solver, steps, .. } = self.task.parameters;
        let mut rng = seed::stream(self.task.seed, self.task.index);
        Ok(Refinement::new(self.networks.painter.model(), given, start, solver, steps as usize, &mut rng))
    }

    fn refine(&mut self) -> Result<(), ModelError> {
        let refinement = self.refinement.as_mut().ok_or_else(too_early)?;
        let model = self.networks.painter.model();
        refinement.step(model);
        if self.stages.get(self.done + 1) != Some(&Stage::Refine) {
            self.owed = Some(refinement.picture(model).flatten(0, 3));
        }
        Ok(())
    }

    fn finish_pictures(&self) -> Result<Pictures, ModelError> {
        let (fitting, worn) = (self.fitting()?, self.worn.as_ref().ok_or_else(too_early)?);
        let made = pictures::Made {
            method: self.method,
            seam: self.task.parameters.seam,
            fitting,
            flow: &worn.flow,
            laid: &worn.laid,
            composite: &worn.composite,
            refined: self.refined.as_ref(),
            notes: &self.notes,
        };
        match &self.wearer {
            Some(Wearer::Photo { photo, keypoints, .. }) => made.on_photo(photo, keypoints, self.cloth()?),
            _ => made.drawn(self.cloth()?),
        }
    }
}

fn too_early() -> ModelError {
    ModelError::Output("a step was done before the one that it needs".to_owned())
}

fn is_refined(method: Method) -> bool {
    matches!(method, Method::Refine | Method::NoiseStart | Method::NoWarp)
}

impl Sampling for FittingRoom {
    fn total_steps(&self) -> usize {
        self.stages.len()
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        let Some(&stage) = self.stages.get(self.done) else {
            return Ok(StepReport { done: self.done, label: "done".to_owned() });
        };
        let label = match stage {
            Stage::Garment => {
                self.owed = Some(self.picture.as_ref().ok_or_else(too_early)?.pose(self.people()?));
                "looking at the garment".to_owned()
            }
            Stage::Look | Stage::LookCloser => {
                let (looking, people) = self.looking()?;
                self.owed = looking.pose(people);
                "looking for a person".to_owned()
            }
            Stage::Outline => {
                let (looking, people) = self.looking()?;
                self.owed = Some(looking.silhouette(people));
                "drawing the outline".to_owned()
            }
            Stage::Warp => {
                self.warp()?;
                "bending the garment".to_owned()
            }
            Stage::Refine => {
                self.refine()?;
                let first = self.stages.iter().take_while(|stage| **stage != Stage::Refine).count();
                let all = self.stages.iter().filter(|stage| **stage == Stage::Refine).count();
                format!("painting, {} of {all}", self.done + 1 - first)
            }
            Stage::Finish => {
                self.finished = Some(self.finish_pictures()?);
                "comparing".to_owned()
            }
        };
        self.done += 1;
        Ok(StepReport { done: self.done, label })
    }

    fn owed(&mut self) -> Option<Tensor<1>> {
        self.owed.take()
    }

    fn take(&mut self, values: Vec<f32>) -> Result<(), ModelError> {
        match self.done.checked_sub(1).and_then(|last| self.stages.get(last)) {
            Some(Stage::Garment) => {
                self.cloth = Some(self.picture.take().ok_or_else(too_early)?.finish(&values)?);
                Ok(())
            }
            Some(Stage::Look | Stage::LookCloser) => self.looking.as_mut().ok_or_else(too_early)?.take_pose(&values),
            Some(Stage::Outline) => {
                let (wearer, notes) = self.looking.take().ok_or_else(too_early)?.finish(&values)?;
                self.wearer = Some(wearer);
                self.notes = notes.iter().map(ToString::to_string).collect();
                if self.networks.painter.knows_photos() {
                    self.notes.push(WITHOUT_DENSEPOSE.to_owned());
                }
                Ok(())
            }
            Some(Stage::Warp) => self.lay(encode::flow(self.networks.sizes.pictures, values)?),
            Some(Stage::Refine) => {
                self.refined = Some(self.networks.painted(&values, self.fitting()?)?);
                Ok(())
            }
            Some(Stage::Finish) | None => Ok(()),
        }
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        let (fitting, worn) = (self.fitting.as_ref()?, self.worn.as_ref()?);
        let whole = self.networks.sizes.pictures.map(|side| side as u32);
        let patch = move |image: Image| Preview::Patch(Patch { role: RESULT.to_owned(), whole, at: [0, 0], image });
        let preview = match (&self.refined, &self.refinement) {
            (Some(_), _) => return None,
            (None, Some(refinement)) if refinement.has_begun() => {
                let (networks, fitting) = (self.networks.clone(), fitting.clone());
                Pending::new(refinement.picture(self.networks.painter.model()), move |values| {
                    Ok(patch(networks.painted(&values, &fitting)?))
                })
            }
            _ => Pending::ready(patch(worn.composite.clone())),
        };
        Some(preview.alone())
    }

    /// Every step is a frame of the film strip.
    fn is_trajectory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        match self.finished {
            Some(pictures) => Ok(Pending::ready(Sample::Pictures(pictures)).alone()),
            None => Err(ModelError::Output(format!("{} of {} steps are done", self.done, self.stages.len()))),
        }
    }
}
