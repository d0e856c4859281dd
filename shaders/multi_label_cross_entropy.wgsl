// l = softplus(z) - y·z, l' = sigmoid(z) - y of each label, whose y is 0 or 1.

fn of_output(z: f32, y: f32) -> vec2<f32> {
    return vec2<f32>(softplus(z) - y * z, sigmoid(z) - y);
}
