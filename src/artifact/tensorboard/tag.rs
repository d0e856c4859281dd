//! The names of curves in TensorBoard.

/// The curve of a column of history.csv. TensorBoard puts what stands before `/` above a group of curves, so that
/// `loss/train` and `loss/validation` stand side by side; what is measured on no rows (`patience`, `seconds`,
/// `learning_rate`) is a group of its own.
pub(super) fn tag(column: &str) -> String {
    for (start, rows) in [("train_", "train"), ("val_", "validation")] {
        if let Some(figure) = column.strip_prefix(start) {
            return format!("{figure}/{rows}");
        }
    }
    column.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_of_all_rows_is_one_group() {
        for (column, name) in [
            ("train_loss", "loss/train"),
            ("val_loss", "loss/validation"),
            ("train_accuracy", "accuracy/train"),
            ("val_accuracy", "accuracy/validation"),
            ("val_recall", "recall/validation"),
            ("val_f1", "f1/validation"),
            ("train_r2", "r2/train"),
            ("val_r2", "r2/validation"),
            ("val_rmse", "rmse/validation"),
            ("patience", "patience"),
            ("seconds", "seconds"),
            ("learning_rate", "learning_rate"),
        ] {
            assert_eq!(tag(column), name);
        }
    }
}
