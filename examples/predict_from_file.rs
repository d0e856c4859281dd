//! Keeps a model in a file, and predicts with it: `cargo run --release --example predict_from_file`

use gpu_mlp::{Dataset, Layer, Model, Parameters, Result, Trainer};

fn main() -> Result<()> {
    let iris = Dataset::read("datasets/iris.npz")?;
    let layers = [Layer::dense(16, "relu"), Layer::dense(3, "softmax")];
    let parameters = Parameters::new(layers).learning_rate(0.05).batch_size(10);
    let path = std::env::temp_dir().join("iris.safetensors");
    Trainer::new(&parameters, &iris)?.fit()?.save(&path)?;

    let model = Model::read(&path)?;
    let flowers = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]];
    let rows = ndarray::arr2(&flowers);
    println!("probabilities:\n{:.3}", model.predict(rows.view())?);
    println!("classes: {:?}", model.predict_labels(rows.view())?);
    Ok(())
}
