//! The chosen schedule, and the bits of a run after a race: they stay the same.

use crate::common::signals::Stack;
use crate::common::{classes, parameters, reports, run, trained};
use crate::support::{adapter, gpu_on};
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::candidates::{Schedules, race};
use gpu_mlp::rooms::cpu;
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use pollster::FutureExt as _;

/// A long run times every schedule; the winner trains as if it were the only candidate.
#[test]
fn a_race_changes_no_bit() {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    parameters.max_epochs = 3;
    let short = run(&parameters, &classes(60, 4, 3));
    // The prediction is hours, so every candidate has enough time.
    parameters.max_epochs = u32::MAX;
    let long = run(&parameters, &classes(60, 4, 3));
    let test = "a_race_changes_no_bit";
    for schedules in [Schedules::of_gpu(), Schedules::all()] {
        let Some(adapter) = adapter(test) else { return };
        let mut raced = race(&long, &schedules, async || Ok(adapter)).block_on().unwrap();
        let names: Vec<&str> = raced.candidates.iter().map(|e| e.schedule.as_str()).collect();
        let all = ["resident", "two-phase", "layered"];
        assert_eq!(&names[names.len() - 3..], all);
        assert!(
            raced.candidates.iter().all(|candidate| candidate.result.is_ok()),
            "{:?}",
            raced.candidates
        );
        let (rows, state) = three_epochs(&mut *raced.backend);
        let description = raced.backend.description();
        let mut alone: Box<dyn Train> = match description.backend.as_str() {
            "cpu" => {
                let named = |schedule: &cpu::Schedule| schedule.name() == description.schedule;
                let schedule = cpu::Schedule::ALL.into_iter().find(named).unwrap();
                Box::new(cpu::Cpu::<f32>::with_schedule(short.clone(), schedule).unwrap())
            }
            _ => {
                let named = |schedule: &Schedule| schedule.name() == description.schedule;
                let schedule = Schedule::ALL.into_iter().find(named).unwrap();
                Box::new(gpu_on(test, &short, schedule).unwrap())
            }
        };
        assert_eq!(three_epochs(&mut *alone), (rows, state), "{description:?}");
    }
    fn three_epochs(
        backend: &mut dyn Train,
    ) -> (Vec<gpu_mlp::rooms::backend::ReplicaReport>, gpu_mlp::rooms::backend::State) {
        (reports(backend, 1..4), backend.state().block_on().unwrap())
    }
}

#[test]
fn a_short_run_opens_no_gpu() {
    let run = run(&parameters(&[4, 8, 3], &["tanh", "softmax"]), &classes(60, 4, 3));
    let raced =
        race(&run, &Schedules::all(), async || panic!("a GPU was asked for")).block_on().unwrap();
    assert_eq!(raced.backend.description().device, "cpu");
    assert!(raced.how.contains("too short"), "{}", raced.how);
}

#[test]
fn what_does_not_fit_says_why() {
    let Some(adapter) = adapter("what_does_not_fit_says_why") else { return };
    let layers = vec![Layer::plain(MaxPool1d { size: 2, stride: 2 }), Layer::dense(3, "softmax")];
    let stack = Stack { channels: 1, samples: 6, classifies: true, layers };
    let run = run(&stack.parameters(), &stack.dataset(12));
    let raced = race(&run, &Schedules::of_gpu(), async || Ok(adapter)).block_on().unwrap();
    assert_eq!(raced.backend.description().schedule, "layered");
    let why = |at: usize| raced.candidates[at].result.clone().unwrap_err();
    assert!(why(0).contains("dense layers alone") && why(1).contains("dense layers alone"));
}

/// The reason of a refusal has the numbers: the memory of a workgroup is too small.
#[test]
fn a_network_too_large_for_a_workgroup_is_not_resident() {
    let test = "a_network_too_large_for_a_workgroup_is_not_resident";
    let Some(adapter) = adapter(test) else { return };
    let mut parameters = parameters(&[4, 500, 400, 3], &["relu", "relu", "softmax"]);
    parameters.batch_size = 40;
    let run = run(&parameters, &classes(60, 4, 3));
    let schedules = Schedules { cpu: vec![], gpu: vec![Schedule::Resident] };
    let error = race(&run, &schedules, async || Ok(adapter)).block_on().err().unwrap().to_string();
    assert!(error.contains("\"resident\": takes") && error.contains("workgroup memory"), "{error}");
    let (rows, _) = trained(&run, &mut gpu_on(test, &run, Schedule::TwoPhase).unwrap());
    assert!(rows.iter().all(|row| row.train.loss.is_finite()));
}
