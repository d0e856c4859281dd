//! The same bits: in blocks of epochs, on any number of threads, alone or beside other replicas.

use std::sync::Arc;

use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::data::{Split, Splits};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::run::{LayerStack, ReplicaId, Run};
use pollster::FutureExt as _;

use crate::common::{InBlocks, classes, cpu, joined, parameters, run, trained, values};
use crate::patient;

#[test]
fn blocks_of_epochs_change_no_bit() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut one_by_one = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut one_by_one);
    let stopped = outcome.replicas[0].epochs;
    assert!(stopped > 4 && stopped < 60, "patience fires in the middle: {stopped}");
    for block in [2, 3, 7, 100] {
        let mut backend = InBlocks(cpu::<f32>(&run), block);
        let (block_rows, block_outcome) = trained(&run, &mut backend);
        assert_eq!(block_rows, rows, "blocks of {block}");
        assert_eq!(block_outcome.replicas[0].best, outcome.replicas[0].best);
        assert_eq!(
            backend.state().block_on().unwrap(),
            one_by_one.state().block_on().unwrap(),
            "blocks of {block}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_whatever_the_number_of_threads() {
    let dataset = values(3000, 4, 2);
    let mut parameters = parameters(&[4, 8, 2], &["gelu", "linear"]);
    parameters.batch_size = 32;
    let run = run(&parameters, &dataset);
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut backend = cpu::<f32>(&run);
            let (rows, _) = trained(&run, &mut backend);
            (rows, backend.state().block_on().unwrap())
        })
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn three_replicas_are_three_single_runs() {
    let dataset = classes(50, 4, 3);
    let settings = [(1, 0.05, 0.0), (2, 0.02, 0.1), (3, 0.1, 0.01)];
    let single = |&(seed, rate, l2): &(u64, f64, f64)| {
        let mut parameters = patient();
        (parameters.random_seed, parameters.learning_rate, parameters.l2) = (seed, rate, l2);
        run(&parameters, &dataset)
    };
    let singles: Vec<Arc<Run>> = settings.iter().map(single).collect();
    let joined = joined(&singles);
    let (rows, outcome) = trained(&joined, &mut cpu::<f32>(&joined));
    for (replica, single) in singles.iter().enumerate() {
        let (own_rows, own) = trained(single, &mut cpu::<f32>(single));
        let of_replica: Vec<_> =
            rows.iter().filter(|row| row.replica == ReplicaId(replica)).cloned().collect();
        assert_eq!(of_replica.len(), own_rows.len(), "replica {replica} stops by itself");
        for (joined, own) in of_replica.iter().zip(&own_rows) {
            assert_eq!((&joined.train, &joined.validation), (&own.train, &own.validation));
        }
        assert_eq!(outcome.replicas[replica].best, own.replicas[0].best);
    }
}

#[test]
fn a_replica_without_rows_left_does_not_move() {
    let dataset = classes(50, 4, 3);
    let mut parameters = patient();
    parameters.max_epochs = 1;
    let single = run(&parameters, &dataset);
    let mut shorter = Run::clone(&single);
    let fold = &mut shorter.folds[0];
    let train = fold.rows(Split::Train)[..9].to_vec();
    fold.splits = Splits::new(train, fold.rows(Split::Validation).to_vec(), vec![]);
    let joined = joined(&[single, Arc::new(shorter)]);
    let mut backend = cpu::<f32>(&joined);
    trained(&joined, &mut backend);
    let steps: Vec<u64> =
        backend.state().block_on().unwrap().replicas.iter().map(|r| r.steps).collect();
    assert_eq!(steps, [9, 3], "35 rows and 9 rows in batches of 4");
}

#[test]
fn layers_and_layer_sizes_are_the_same_network() {
    let dataset = classes(40, 4, 3);
    let mlp = parameters(&[4, 8, 3], &["relu", "softmax"]);
    let mut layers = mlp.clone();
    layers.layers = LayerStack::General(vec![Layer::dense(8, "relu"), Layer::dense(3, "softmax")]);
    let (mlp, layers) = (run(&mlp, &dataset), run(&layers, &dataset));
    let rows = |run: &Arc<Run>| trained(run, &mut cpu::<f32>(run)).0;
    assert_eq!(rows(&mlp), rows(&layers));
}
