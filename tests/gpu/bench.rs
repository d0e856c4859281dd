//! The jobs of `gpu-mlp bench` on a GPU: every schedule is measured, or says why it does not fit.

use std::time::Duration;

use gpu_mlp::rooms::bench::{JOBS, measure};
use gpu_mlp::rooms::candidates::of_device;
use gpu_mlp::rooms::error::ErrorKind;
use gpu_mlp::rooms::gpu::{Schedule, adapters};
use pollster::FutureExt as _;

use crate::adapter;

#[test]
fn every_schedule_is_measured_or_says_why_not() {
    let test = "every_schedule_is_measured_or_says_why_not";
    let Some(adapter) = adapter::first(test, adapters().block_on()) else { return };
    let run = JOBS[1].prepare(Some(60)).unwrap().run;
    let all = of_device(Some(&adapter));
    assert_eq!(all.len(), Schedule::ALL.len());
    for candidate in all {
        assert_eq!(candidate.device(), adapter.info.name);
        match candidate.open(&run).block_on() {
            Ok(mut backend) => {
                assert_eq!(backend.description().schedule, candidate.schedule());
                let none = &mut |_, _| {};
                let measured =
                    measure(&run, &mut *backend, Duration::ZERO, none).block_on().unwrap();
                assert!(measured.epochs >= 1 && measured.step.median > 0.0);
            }
            Err(why) if why.kind == ErrorKind::Unfit => {
                assert!(why.to_string().contains(candidate.schedule()), "{why}");
            }
            Err(error) => panic!("{}: {error}", candidate.schedule()),
        }
    }
}
