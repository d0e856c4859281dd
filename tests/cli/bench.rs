//! `gpu-mlp bench`: its jobs, its devices, and its output.

use serde_json::Value;

use crate::support::{Folder, Ran, repository};

/// One epoch per measurement, on the CPU.
fn bench(folder: &Folder, more: &[&str]) -> Ran {
    folder.run(&[&["bench", "--backend", "cpu", "--seconds", "0"], more].concat())
}

fn objects(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_table_has_a_row_a_schedule_under_each_job() {
    let folder = Folder::new();
    // The one set that every machine has.
    let mut command = folder.command(&["bench", "--backend", "cpu", "--seconds", "0"]);
    command.args(["--shape", "covtype,diabetes", "--rows", "200"]).env("GPU_MLP_SIMD", "portable");
    let ran = Ran::from(command.output().unwrap()).ended(0);
    let starts: Vec<String> =
        ran.stdout.lines().map(|line| line.chars().take(28).collect()).collect();
    let starts: Vec<&str> = starts.iter().map(|start| start.trim_end()).collect();
    let expected = [
        "  device                sche",
        "covtype: 54-16-32-7, batch 1",
        "  200 rows made up, 139 to t",
        "  cpu, portable         fuse",
        "  cpu, portable         bloc",
        "  cpu, portable         laye",
        "diabetes: 10-128-64-1, batch",
        "  200 rows made up, 140 to t",
        "  cpu, portable         fuse",
        "  cpu, portable         bloc",
        "  cpu, portable         laye",
    ];
    assert_eq!(starts, expected);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    assert!(ran.stdout.contains("200 rows made up, 139 to train on in 14 steps an epoch"));
    assert_eq!(
        (ran.stderr.as_str(), folder.list("")),
        ("", vec![]),
        "nothing else is told or left"
    );
}

#[test]
fn json_has_every_figure_of_the_table() {
    let folder = Folder::new();
    let json = ["--json", "--shape", "weather", "--rows", "100", "--threads", "1"];
    let measured = objects(&bench(&folder, &json).ended(0));
    assert_eq!(measured.len(), 3);
    for (object, schedule) in measured.iter().zip(["fused", "blocked", "layered"]) {
        assert_eq!((&object["job"], &object["schedule"]), (&"weather".into(), &schedule.into()));
        assert_eq!((&object["device"], &object["data"]), (&"cpu".into(), &"made up".into()));
        assert!(object["instruction_set"].is_string());
        assert_eq!((&object["rows"]["train"], &object["steps_per_epoch"]), (&70.into(), &4.into()));
        assert_eq!(object["epochs"], 1);
        let step = object["microseconds_per_step"]["median"].as_f64().unwrap();
        let train = object["seconds"]["train"].as_f64().unwrap();
        // One epoch of four steps.
        assert!((4e-6 * step - train).abs() < 1e-9 * train, "{object}");
        let rows = object["rows_per_second"].as_f64().unwrap();
        assert!((rows * train - 70.0).abs() < 1e-6, "{object}");
        for part in ["data", "compile", "warm_up", "evaluate"] {
            assert!(object["seconds"][part].as_f64().unwrap() >= 0.0, "{part}: {object}");
        }
    }
}

#[test]
fn a_job_s_own_data_are_used_where_they_are_on_disk() {
    let folder = Folder::new();
    folder.write(
        "datasets/diabetes.npz",
        std::fs::read(repository("datasets/diabetes.npz")).unwrap(),
    );
    let own = ["--json", "--shape", "diabetes", "--schedule", "fused"];
    let measured = &objects(&bench(&folder, &own).ended(0))[0];
    assert_eq!(measured["data"], "datasets/diabetes.npz");
    assert_eq!(measured["rows"]["train"], 309);
    let made = objects(&bench(&folder, &[&own[..], &["--rows", "442"]].concat()).ended(0));
    assert_eq!((made.len(), &made[0]["data"]), (1, &"made up".into()));
    // Other data than the job's are not used.
    folder.write("datasets/digits.npz", std::fs::read(repository("datasets/iris.npz")).unwrap());
    let ran = bench(&folder, &["--shape", "diabetes,digits"]);
    ran.refused(&["datasets/digits.npz: params/digits.json: LAYER_SIZES"]);
}

#[test]
fn software_computes_only_where_it_is_named() {
    let folder = Folder::new();
    let json = ["bench", "--json", "--seconds", "0", "--shape", "breast_cancer", "--rows", "40"];
    for object in objects(&folder.run(&json).ended(0)) {
        let device = object["device"].as_str().unwrap().to_lowercase();
        assert!(!device.contains("llvmpipe") && !device.contains("swiftshader"), "{object}");
    }
}

#[test]
fn the_help_names_every_job() {
    let help = Folder::new().run(&["bench", "--help"]).ended(0).stdout;
    let said: Vec<&str> = help.split([',', ' ', '\n']).collect();
    for job in &gpu_mlp::rooms::bench::JOBS {
        assert!(said.contains(&job.name), "{}: {help}", job.name);
    }
}

#[test]
fn what_can_not_be_measured_is_refused_before_anything_is() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["--shape", "wethr"][..], "--shape wethr; allowed: breast_cancer, covtype, weather"),
        (&["--shape", "wethr"], "did you mean weather?"),
        (&["--rows", "5"], "--rows 5; allowed for covtype: 14 to 1242756"),
        (&["--rows", "1000000"], "--rows 1000000; allowed for wide: 20 to 85598"),
        (
            &["--schedule", "two-phase"],
            "--schedule two-phase; allowed here: blocked, fused, layered",
        ),
        (&["--device", "llvmpipe"], "exclude each other"),
        (&["--rows", "many"], "invalid value 'many'"),
        (&["--threads", "0"], "0 is not in 1..=256"),
    ] {
        bench(&folder, arguments).refused(&[words]);
    }
    folder.run(&["bench", "--seconds", "-1"]).refused(&["unexpected argument '-1'"]);
    folder.run(&["bench", "--seconds", "1e9"]).refused(&["not a number of seconds from 0 to 3600"]);
}
