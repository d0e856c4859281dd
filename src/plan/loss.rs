//! Losses, described apart from the output activation.

/// What training minimises: the mean over rows, weighted if rows have weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// -log ŷ_true from the logits: log Σ_j e^(z_j) - z_true; delta = softmax(z) - y.
    SoftmaxCrossEntropy,
    /// From one logit: softplus(z) - y·z; delta = sigmoid(z) - y.
    BinaryCrossEntropy,
    /// From a logit a label: Σ_k (softplus(z_k) - y_k·z_k) / outputs; delta = (sigmoid(z) - y) / outputs.
    MultiLabelCrossEntropy,
    /// Σ_k (ŷ_k - y_k)² / outputs; delta = 2 (ŷ - y) / outputs.
    MeanSquaredError,
}
