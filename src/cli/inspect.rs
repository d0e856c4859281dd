//! `gpu-mlp inspect`
