//! Training rows that are moved and flipped, in bytes and in real numbers, on every schedule.

use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::run::{Augment, Flip, Parameters, Shift};

use crate::common::images::{images, in_bytes, of_images, of_moved_images};
use crate::common::run;
use crate::runs::check_on;

const TEST: &str = "moved_rows_are_those_of_the_cpu";

#[test]
fn moved_rows_are_those_of_the_cpu() {
    let dense = [Layer::dense(7, "tanh"), Layer::dense(3, "softmax")];
    let dense = Parameters { layers: dense.into(), ..of_moved_images() };
    for data in [images(), in_bytes(&images())] {
        check_on(TEST, Schedule::Layered, &run(&of_images(), &data), "images");
        check_on(TEST, Schedule::Layered, &run(&of_moved_images(), &data), "moved images");
        // These gather the rows of many steps ahead.
        for schedule in Schedule::ALL {
            let what = format!("moved images, {}", schedule.name());
            check_on(TEST, schedule, &run(&dense, &data), &what);
        }
    }
}

#[test]
fn moved_signals_are_those_of_the_cpu() {
    let mut data = images();
    data.row_shape = vec![2, 15];
    let augment = Augment { shift: Some(Shift::Each(4)), flip: Some(Flip::Horizontal) };
    let layers = [Layer::dense(7, "tanh"), Layer::dense(3, "softmax")];
    let parameters = Parameters { layers: layers.into(), ..of_images() }.augment(augment);
    for schedule in Schedule::ALL {
        check_on("moved_signals", schedule, &run(&parameters, &data), schedule.name());
    }
}
