//! Memory and processor time of real processes, over the simulated AWS.
//!
//! `cargo bench --bench process` runs each case in a process of its own, prints each figure beside its
//! bar and fails where one is missed. Peaks are the system's own (`VmHWM`), so this is for Linux.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a measurement that meets the unexpected must stop"
)]

#[cfg(feature = "live")]
#[path = "../tests/it/support/simulator/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the tests use what the benchmark does not"
)]
mod simulator;

#[cfg(feature = "live")]
mod cases {
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Stdio};
    use std::time::{Duration, Instant};

    use lamppost::aws::Connection;
    use lamppost::check::Check;
    use lamppost::finding::{FolderReport, RunFolder};
    use lamppost::inventory::SnapshotWriter;
    use lamppost::operation::Depth;
    use lamppost::report::{Format, Terminal, write_to};

    use super::simulator::judged;
    use super::simulator::run::limits;
    use super::simulator::{Simulator, World};

    const REGIONS: [&str; 5] = [
        "ap-northeast-1",
        "eu-central-1",
        "eu-west-1",
        "us-east-1",
        "us-west-2",
    ];

    /// The variable that makes this process a child that scans.
    const CHILD: &str = "LAMPPOST_BENCH_SCAN";

    pub(super) fn run() -> ExitCode {
        if let Ok(case) = std::env::var(CHILD) {
            child(&case);
            return ExitCode::SUCCESS;
        }
        let mut missed = 0;
        missed += sweeps();
        missed += evaluations();
        if missed == 0 {
            ExitCode::SUCCESS
        } else {
            println!("{missed} bars missed");
            ExitCode::FAILURE
        }
    }

    /// What a process took.
    struct Took {
        seconds: f64,
        peak_mb: f64,
    }

    /// Runs a process to its end and watches its peak of memory.
    fn measured(command: &mut Command) -> Took {
        let began = Instant::now();
        let mut process = command.stdout(Stdio::null()).spawn().unwrap();
        let status = PathBuf::from(format!("/proc/{}/status", process.id()));
        let mut peak_mb: f64 = 0.0;
        loop {
            peak_mb = peak_mb.max(peak(&status).unwrap_or_default());
            if let Some(ended) = process.try_wait().unwrap() {
                // findings and gaps are no failure of the process
                assert!(matches!(ended.code(), Some(0 | 1 | 4)), "{ended}");
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Took {
            seconds: began.elapsed().as_secs_f64(),
            peak_mb,
        }
    }

    /// Megabytes at the highest point so far.
    fn peak(status: &Path) -> Option<f64> {
        let text = std::fs::read_to_string(status).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }

    fn hold(what: &str, found: f64, unit: &str, bar: f64) -> usize {
        let held = found <= bar;
        let verdict = if held { "" } else { "  MISSED" };
        println!("  {what:<52} {found:>8.1} {unit:<2} ≤ {bar:>6.1}{verdict}");
        usize::from(!held)
    }

    /// Whole scans with every check of standard depth: collected, judged, reported as JSON.
    fn sweeps() -> usize {
        println!("peak memory of a scan with all checks, simulator included");
        let scan = |accounts: usize, regions: usize, functions: usize| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            measured(command.env(CHILD, format!("{accounts} {regions} {functions}")))
        };
        let mut missed = 0;
        let one = scan(1, 1, 10_000);
        missed += hold("1 account, 10,000 functions", one.peak_mb, "MB", 150.0);
        for accounts in [10, 50, 100] {
            let took = scan(accounts, 1, 500);
            let what = format!("{accounts} accounts × 500 functions, 16 at once");
            missed += hold(&what, took.peak_mb, "MB", 300.0);
        }
        missed
    }

    /// `lamppost evaluate` with every check, on snapshots of functions that differ.
    fn evaluations() -> usize {
        println!("`lamppost evaluate --persona audit --format json`, functions that differ");
        let folder = tempfile::tempdir().unwrap();
        let mut missed = 0;
        for (accounts, functions) in [(1, 200), (1, 1000), (2, 1000), (10, 1000)] {
            let path = folder.path().join(format!("{accounts}-{functions}"));
            let world = World {
                accounts,
                regions: REGIONS.to_vec(),
                functions,
                distinct: true,
                ..World::default()
            };
            simulated(scan(world, Some(&path)));
            let size = std::fs::metadata(&path).unwrap().len() as f64 / 1e6;
            let mut command = Command::new(env!("CARGO_BIN_EXE_lamppost"));
            command.arg("evaluate").arg(&path);
            command.args(["--persona", "audit", "--format", "json", "--quiet"]);
            let took = measured(&mut command);
            let count = accounts * REGIONS.len() * functions;
            let what = format!(
                "{count} functions ({size:.1} MB, {:.0} MB of memory)",
                took.peak_mb
            );
            missed += hold(&what, took.seconds, "s", 10.0);
        }
        missed
    }

    fn child(case: &str) {
        let numbers: Vec<usize> = case
            .split(' ')
            .map(|number| number.parse().unwrap())
            .collect();
        let world = World {
            accounts: numbers[0],
            regions: REGIONS[..numbers[1]].to_vec(),
            functions: numbers[2],
            distinct: true,
            ..World::default()
        };
        simulated(scan(world, None));
    }

    /// Runs under paused time, which needs a single thread.
    fn simulated<T>(run: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(run)
    }

    async fn scan(world: World, snapshot: Option<&Path>) {
        let registry = judged::registry();
        let standard = |check: &&Check| check.depth() == Depth::Standard;
        let checks: Vec<&Check> = registry.checks().filter(standard).collect();
        let simulator = Simulator::new(world);
        let connection = Connection::over(simulator.transport(), limits(100, 128));
        let mut scan = judged::scan(&connection, &checks);
        scan.reach.accounts_at_once = 16;
        scan.snapshot = snapshot.map(|path| SnapshotWriter::create(path, Depth::Standard).unwrap());
        let kept = tempfile::tempdir().unwrap();
        let info = judged::info(&checks);
        let mut folder = RunFolder::create(kept.path(), info, judged::at()).unwrap();
        scan.run_into(&mut folder).await.unwrap();
        let report = FolderReport::of(std::slice::from_ref(&folder)).unwrap();
        write_to(&report, Format::Json, Terminal::FILE, std::io::sink()).unwrap();
    }
}

fn main() -> std::process::ExitCode {
    #[cfg(feature = "live")]
    return cases::run();
    #[cfg(not(feature = "live"))]
    std::process::ExitCode::SUCCESS
}
