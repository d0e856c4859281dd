//! An activation of one's own, as an expression of x; its derivative is derived:
//! `cargo run --release --example custom_activation`

use gpu_mlp::{Dataset, Layer, Parameters, Result, Trainer};

fn main() -> Result<()> {
    let wine = Dataset::read("datasets/wine.npz")?;
    for activation in ["relu", "x*tanh(softplus(x))", "if(x > 0, x, 0.1*sin(x))"] {
        let layers = [Layer::dense(32, activation), Layer::dense(3, "softmax")];
        let parameters = Parameters::new(layers).learning_rate(0.01).batch_size(5);
        let mut trainer = Trainer::new(&parameters, &wine)?;
        trainer.fit()?;
        if let Some(best) = trainer.outcome().and_then(|all| all.replicas[0].validation()) {
            println!("{activation}: validation loss {:.4}", best.loss);
        }
    }
    Ok(())
}
