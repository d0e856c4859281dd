//! Forecasts on the GPU: windows from the table on the device, on every schedule.

use gpu_mlp::rooms::gpu::Schedule;

use crate::common::forecasts::{forecast, series, stacks};
use crate::common::run;
use crate::runs::check_on;

const TEST: &str = "forecasts_equal_those_of_the_cpu";

#[test]
fn forecasts_equal_those_of_the_cpu() {
    let [dense, convolution, recurrent] = stacks();
    let of = |layers| run(&forecast(layers), &series());
    for schedule in Schedule::ALL {
        check_on(TEST, schedule, &of(dense.clone()), "windows of a dense network");
    }
    check_on(TEST, Schedule::Layered, &of(convolution), "windows of a convolution");
    check_on(TEST, Schedule::Layered, &of(recurrent), "windows of a recurrent network");
}
