//! Fits a network to arrays: `cargo run --release --example fit_arrays`

use gpu_mlp::{Dataset, Layer, Optimizer, Parameters, Result, Trainer};
use ndarray::{Array, array};

fn main() -> Result<()> {
    let x = Array::linspace(0.0, 10.0, 500).insert_axis(ndarray::Axis(1));
    let y = x.mapv(f64::sin);
    let dataset = Dataset::from_arrays("sine", x.view(), y)?;
    let layers = [Layer::dense(32, "tanh"), Layer::dense(32, "tanh"), Layer::dense(1, "linear")];
    let parameters = Parameters::new(layers)
        .learning_rate(0.01)
        .max_epochs(200)
        .batch_size(16)
        .optimizer(Optimizer::adam());
    let model = Trainer::new(&parameters, &dataset)?.fit()?;
    println!("sin(1, 2, 3) = {:.3}", model.predict(array![[1.0], [2.0], [3.0]].view())?);
    Ok(())
}
