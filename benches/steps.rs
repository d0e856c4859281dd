//! Epochs of the jobs of `gpu-mlp bench`, on every schedule: `cargo bench --bench steps -- covtype`.
//! What is counted a second are steps. `wide` is left out, a step of it takes a second on a CPU.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::bench::JOBS;
use gpu_mlp::rooms::candidates::candidates;
use pollster::FutureExt as _;

/// Steps of an epoch: enough that validation and shuffling do not count.
const STEPS: usize = 100;

fn steps(criterion: &mut Criterion) {
    let devices = support::devices();
    for job in JOBS.iter().filter(|job| job.name != "wide") {
        let batch = job.parameters().expect("a job").batch_size;
        let run = job.prepare(Some(STEPS * batch * 10 / 7)).expect("a job").run;
        let mut group = criterion.benchmark_group(job.name);
        group.sample_size(10).throughput(Throughput::Elements(u64::from(run.steps())));
        for candidate in candidates(&devices) {
            let mut backend = match candidate.open(&run).block_on() {
                Ok(backend) => backend,
                Err(why) => {
                    eprintln!("skipped {} on {}: {why}", job.name, candidate.device());
                    continue;
                }
            };
            let mut number = 0;
            let id = BenchmarkId::new(candidate.schedule(), candidate.device());
            group.bench_function(id, |bencher| {
                bencher.iter(|| epoch(&mut *backend, &mut number));
            });
        }
        group.finish();
    }
}

/// Trains and validates one epoch more.
fn epoch(backend: &mut dyn Train, number: &mut u32) {
    *number += 1;
    backend.train(*number..*number + 1, &mut |_| {}).block_on().expect("an epoch");
}

criterion_group!(benches, steps);
criterion_main!(benches);
