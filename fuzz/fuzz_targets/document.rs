//! Any bytes: parsing does not panic, and neither does judging a request by what was parsed.
#![no_main]

use lamppost::policy::{
    Caller, Context, KeyState, Layers, Policy, Request, Source, Target, authorize,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = Policy::parse(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    let layers = Layers {
        identity: vec![Source::new("identity", &policy)],
        resource: vec![Source::new("resource", &policy)],
        ..Layers::default()
    };
    for caller in [
        Caller::Anonymous,
        Caller::Stranger,
        Caller::role("arn:aws:iam::111122223333:role/R"),
    ] {
        let mut context = Context::open();
        context.set("aws:SourceIp", KeyState::Any);
        let target = Target::Exact("arn:aws:lambda:us-east-1:111122223333:function:f".to_owned());
        authorize(
            &layers,
            &Request::new(caller, "lambda:InvokeFunction", target, context),
        );
    }
});
