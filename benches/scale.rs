//! Scans of a simulated AWS under paused time: exact, repeatable, and held to their bars.
//!
//! `cargo bench --bench scale` prints each figure beside its bar and fails where one is missed.

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
mod bars {
    use std::process::ExitCode;
    use std::time::{Duration, Instant};

    use lamppost::operation::{Depth, Operation, lambda};

    use super::simulator::run::{Bound, Swept, limits, spent, sweep};
    use super::simulator::{Simulator, World};

    const REGIONS: [&str; 8] = [
        "ap-northeast-1",
        "ap-south-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    ];

    /// Runs under paused time, which needs a single thread.
    fn simulated<T>(run: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(run)
    }

    struct Bars {
        missed: usize,
    }

    impl Bars {
        fn hold(&mut self, what: &str, found: f64, unit: &str, bar: f64, at_most: bool) {
            let held = if at_most { found <= bar } else { found >= bar };
            self.missed += usize::from(!held);
            let (sign, verdict) = (
                if at_most { "≤" } else { "≥" },
                if held { "" } else { "  MISSED" },
            );
            println!("  {what:<44} {found:>10.3} {unit:<2} {sign} {bar:>9.3}{verdict}");
        }

        fn most(&mut self, what: &str, found: f64, unit: &str, bar: f64) {
            self.hold(what, found, unit, bar, true);
        }

        /// Functions in the inventory, and gaps.
        fn nothing_lost(&mut self, swept: &Swept, functions: usize) {
            self.most(
                "functions lost",
                (functions - swept.functions) as f64,
                "",
                0.0,
            );
            self.most("gaps", swept.gaps.len() as f64, "", 0.0);
        }

        fn throttled(&mut self, simulator: &Simulator) {
            let all = simulator.sum(|_, _, _| true);
            let percent = 100.0 * all.throttled as f64 / all.attempts as f64;
            self.most("attempts throttled", percent, "%", 0.5);
        }
    }

    fn title(text: &str, real: Instant) {
        println!(
            "{text}  ({:.1} s of real time)",
            real.elapsed().as_secs_f64()
        );
    }

    pub(super) fn run() -> ExitCode {
        let mut bars = Bars { missed: 0 };
        one_region(&mut bars);
        eight_regions(&mut bars);
        many_accounts(&mut bars);
        rival(&mut bars);
        if bars.missed == 0 {
            ExitCode::SUCCESS
        } else {
            println!("{} bars missed", bars.missed);
            ExitCode::FAILURE
        }
    }

    fn one_region(bars: &mut Bars) {
        let real = Instant::now();
        let world = World {
            functions: 5000,
            ..World::default()
        };
        let bound = Bound::of(&world);
        let (simulator, swept) = simulated(async {
            let simulator = Simulator::new(world);
            let swept = sweep(&simulator, limits(100, 256), Depth::Standard, 1).await;
            (simulator, swept)
        });
        title("one region, 5,000 functions, --budget 100", real);
        println!("  bound: {bound:?} = {:.1} s", bound.seconds());
        bars.most(
            "seconds, discovery included",
            swept.seconds,
            "s",
            bound.seconds() * 1.05,
        );
        bars.throttled(&simulator);
        let shared = spent(&simulator, lambda::CONTROL_PLANE).attempts as f64 / 5000.0;
        bars.most("calls a function on the shared quota", shared, "", 1.2);
        let policies = spent(&simulator, lambda::GET_POLICY.quota).attempts as f64;
        bars.most(
            "GetPolicy for functions and aliases",
            policies,
            "",
            bound.get_policy as f64,
        );
        bars.nothing_lost(&swept, 5000);
    }

    fn eight_regions(bars: &mut Bars) {
        let real = Instant::now();
        let run = |regions: Vec<&'static str>| {
            simulated(async {
                let simulator = Simulator::new(World {
                    regions,
                    functions: 500,
                    ..World::default()
                });
                let swept = sweep(&simulator, limits(100, 1024), Depth::Standard, 1).await;
                (simulator, swept)
            })
        };
        let alone = REGIONS.map(|region| run(vec![region]).1.seconds);
        let slowest = alone.into_iter().fold(0.0, f64::max);
        let (simulator, swept) = run(REGIONS.to_vec());
        title("8 regions × 500 functions, --budget 100", real);
        bars.most(
            "seconds, beside the slowest region alone",
            swept.seconds,
            "s",
            slowest * 1.05,
        );
        bars.throttled(&simulator);
        bars.nothing_lost(&swept, 8 * 500);
    }

    fn many_accounts(bars: &mut Bars) {
        let real = Instant::now();
        let world = World {
            accounts: 100,
            regions: REGIONS[..4].to_vec(),
            functions: 100,
            ..World::default()
        };
        let pair = Bound::of(&world).seconds();
        // pairs differ by their latencies alone
        let alone = |seed: u64| {
            simulated(async {
                let simulator = Simulator::new(World {
                    accounts: 1,
                    regions: vec!["eu-west-1"],
                    seed,
                    ..world.clone()
                });
                let swept = sweep(&simulator, limits(100, 4096), Depth::Standard, 1).await;
                swept.seconds - swept.discovery
            })
        };
        let slowest = (1..=40).map(alone).fold(0.0, f64::max);
        let (simulator, swept) = simulated(async {
            let simulator = Simulator::new(world);
            let swept = sweep(&simulator, limits(100, 4096), Depth::Standard, 100).await;
            (simulator, swept)
        });
        title(
            "100 accounts × 4 regions × 100 functions, --budget 100",
            real,
        );
        println!(
            "  discovery {:.1} s, the slowest of 40 pairs alone {slowest:.1} s (bound {pair:.1} s)",
            swept.discovery
        );
        bars.most(
            "seconds",
            swept.seconds,
            "s",
            swept.discovery + 1.10 * slowest,
        );
        bars.throttled(&simulator);
        bars.nothing_lost(&swept, 100 * 4 * 100);
    }

    fn rival(bars: &mut Bars) {
        let real = Instant::now();
        let (simulator, swept) = simulated(async {
            let simulator = Simulator::new(World {
                functions: 2000,
                ..World::default()
            });
            let rivals = [
                ("GetPolicy", 7.5),
                ("ListAliases", 7.5),
                ("GetFunction", 50.0),
            ]
            .map(|(name, rate)| tokio::spawn(rival_client(simulator.clone(), name, rate)));
            let swept = sweep(&simulator, limits(60, 256), Depth::Standard, 1).await;
            rivals.iter().for_each(tokio::task::JoinHandle::abort);
            (simulator, swept)
        });
        title("a rival at half of every Lambda quota, default share", real);
        let rival = simulator.rival();
        let kept = 100.0 * (1.0 - rival.throttled as f64 / rival.attempts as f64);
        bars.hold("the rival's calls let through", kept, "%", 95.0, false);
        println!("  the scan took {:.1} s", swept.seconds);
        bars.nothing_lost(&swept, 2000);
    }

    async fn rival_client(simulator: Simulator, name: &'static str, rate: f64) {
        let operation = Operation::find("Lambda", name).unwrap();
        let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        loop {
            tick.tick().await;
            let simulator = simulator.clone();
            tokio::spawn(async move {
                let account = Simulator::account(0);
                simulator.compete(&account, "eu-west-1", operation).await
            });
        }
    }
}

fn main() -> std::process::ExitCode {
    #[cfg(feature = "live")]
    return bars::run();
    #[cfg(not(feature = "live"))]
    std::process::ExitCode::SUCCESS
}
