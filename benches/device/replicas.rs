//! Rows a second of many networks of covtype, trained at once as replicas of one run.

use std::time::Duration;

use gpu_mlp::rooms::bench::{JOBS, measure};
use gpu_mlp::rooms::candidates::of_device;
use pollster::FutureExt as _;

use crate::chosen::adapter;
use crate::{Failure, Options};

/// Rows of the table, of which each network trains on 0.7: 1,400 steps an epoch.
const ROWS: usize = 20_000;

pub fn table(options: &Options) -> Result<(), Failure> {
    let counts = match options.rest.first() {
        Some(list) => list.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?,
        None if options.quick => vec![1, 3],
        None => vec![1, 16, 132, 1000],
    };
    let job = JOBS.iter().find(|job| job.name == "covtype").ok_or("there is no job covtype")?;
    let prepared = job.prepare(Some(if options.quick { 100 } else { ROWS }))?;
    let adapter = adapter(options)?;
    println!("{}, batch {}", job.network()?, prepared.run.step.batch_size);
    println!(
        "{:>8}  {:10}{:>14}{:>11}{:>14}",
        "replicas", "schedule", "rows a second", "of one", "us a step"
    );
    let mut failed = 0;
    let time = Duration::from_secs_f64(if options.quick { 0.0 } else { 0.5 });
    for candidate in of_device(Some(&adapter)) {
        let mut one = None;
        for &count in &counts {
            let many = prepared.clone().replicated(count).run;
            let measured = candidate.open(&many).block_on().and_then(|mut backend| {
                measure(&many, &mut *backend, time, &mut |_, _| {}).block_on()
            });
            let schedule = candidate.schedule();
            match measured {
                Ok(measured) => {
                    let rows = measured.rows_per_second;
                    let times = rows / *one.get_or_insert(rows);
                    let step = measured.step.median * 1e6;
                    println!("{count:>8}  {schedule:10}{rows:>14.0}{times:>11.2}{step:>14.1}");
                }
                Err(why) => {
                    println!("{count:>8}  {schedule:10}  FAILED: {why}");
                    failed += 1;
                }
            }
        }
    }
    if failed > 0 { Err(format!("{failed} of them failed").into()) } else { Ok(()) }
}
