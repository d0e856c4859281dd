//! Watches a run, and stops it from outside: `cargo run --release --example watch_and_stop`

use std::sync::atomic::{AtomicBool, Ordering};

use gpu_mlp::{Dataset, Layer, Parameters, Result, Trainer};

fn main() -> Result<()> {
    let digits = Dataset::read("datasets/digits.npz")?;
    let layers = [Layer::dense(32, "relu"), Layer::dense(10, "softmax")];
    let parameters = Parameters::new(layers).learning_rate(0.02).max_epochs(1000);
    // Any thread may set it; here the callback does.
    let enough = AtomicBool::new(false);
    let mut trainer = Trainer::new(&parameters, &digits)?.device("cpu").stop_when(&enough);
    trainer = trainer.on_epoch(|epoch| {
        if let Some(validation) = &epoch.validation {
            println!("epoch {}: accuracy {:.3}", epoch.epoch, validation.score());
            enough.store(validation.score() >= 0.95, Ordering::Relaxed);
        }
    });
    let model = trainer.fit()?;
    println!("the best weights are those of epoch {}", model.best_epoch);
    Ok(())
}
