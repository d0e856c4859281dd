//! Trains sixteen networks of as many seeds at once, and averages what they predict:
//! `cargo run --release --example many_replicas`

use gpu_mlp::{Dataset, Layer, Parameters, Result, Trainer};

fn main() -> Result<()> {
    let diabetes = Dataset::read("datasets/diabetes.npz")?;
    let layers = [Layer::dense(16, "tanh"), Layer::dense(1, "linear")];
    let parameters = Parameters::new(layers).learning_rate(0.01).loss_patience(10).l2(0.01);
    let models = Trainer::new(&parameters, &diabetes)?.seeds(0..16)?.fit_all()?;
    let row = [[0.05, 0.05, 0.06, 0.02, -0.04, -0.03, -0.04, -0.003, 0.02, -0.02]];
    let rows = ndarray::arr2(&row);
    let mut values = vec![];
    for model in &models {
        values.push(model.predict(rows.view())?[[0, 0]]);
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    println!("{mean:.1} ± {:.1}", (spread / values.len() as f64).sqrt());
    Ok(())
}
