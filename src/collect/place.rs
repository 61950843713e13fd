//! One account and region in which calls are made: what is planned, what was cancelled, and how a
//! call becomes an answer or a gap.

use std::error::Error;
use std::panic::AssertUnwindSafe;

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use futures_util::stream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::text::Unreadable;
use crate::aws::{self, Endless, Pages};
use crate::inventory::{Gap, GapKind, Observed, SecretMatch};
use crate::operation::{Operation, Plan};

/// Judges one environment variable, by name and value; the value is dropped afterwards.
pub type Inspect = dyn Fn(&str, &str) -> Vec<SecretMatch> + Send + Sync;

/// Where calls are made, and which of them.
pub(super) struct Place<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    /// Empty for global services.
    pub(super) region: &'a str,
    pub(super) plan: &'a Plan,
    pub(super) cancel: &'a CancellationToken,
}

/// What a call is that the SDK cannot even send, because AWS answered with a name that no request can hold: it panics then.
const UNASKABLE: &str = "no request can be made of a name in an earlier answer";

impl Place<'_> {
    /// A gap here that AWS did not cause by an error.
    pub(super) fn gap(
        &self,
        operation: &Operation,
        resource: Option<&str>,
        kind: GapKind,
        message: impl Into<String>,
    ) -> Gap {
        let gap = Gap::new(operation, kind, message).at(self.account, self.region);
        match resource {
            Some(resource) => gap.about(resource),
            None => gap,
        }
    }

    /// Why the call may not be made now, if so: it is not planned, or the scan was interrupted.
    pub(super) fn forbidden(&self, operation: &Operation, resource: Option<&str>) -> Option<Gap> {
        if !self.plan.contains(operation) {
            let message = "no chosen check needs it";
            return Some(self.gap(operation, resource, GapKind::NotPlanned, message));
        }
        self.cancel
            .is_cancelled()
            .then(|| self.interrupted(operation, resource))
    }

    fn interrupted(&self, operation: &Operation, resource: Option<&str>) -> Gap {
        let message = "the scan was interrupted before the answer";
        self.gap(operation, resource, GapKind::Interrupted, message)
    }

    fn unreadable(&self, operation: &Operation, resource: Option<&str>, why: Unreadable) -> Gap {
        self.gap(operation, resource, GapKind::Malformed, why.0)
    }

    /// Makes one call and reads its answer.
    ///
    /// # Errors
    /// The gap that stands in the answer's place.
    pub(super) async fn call<Output, Failure, Value>(
        &self,
        operation: &'static Operation,
        resource: Option<&str>,
        send: impl Future<Output = Result<Output, SdkError<Failure>>>,
        read: impl FnOnce(Output) -> Result<Value, Unreadable>,
    ) -> Result<Value, Gap>
    where
        Failure: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(gap) = self.forbidden(operation, resource) {
            return Err(gap);
        }
        // An SDK future holds kilobytes; hundreds of them are in flight.
        let send = Box::pin(AssertUnwindSafe(send).catch_unwind());
        let answer = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(self.interrupted(operation, resource)),
            answer = send => answer,
        };
        let answer = answer
            .map_err(|_| self.unreadable(operation, resource, Unreadable(UNASKABLE.to_owned())))?;
        let output = answer.map_err(|error| self.failure(operation, resource, &error))?;
        read(output).map_err(|why| self.unreadable(operation, resource, why))
    }

    /// Reads the next page of a list; nothing after the last one.
    ///
    /// # Errors
    /// The gap that stands in the page's place.
    pub(super) async fn page<Output, Failure>(
        &self,
        operation: &'static Operation,
        resource: Option<&str>,
        stream: &mut PaginationStream<Result<Output, SdkError<Failure>>>,
    ) -> Result<Option<Output>, Gap>
    where
        Failure: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(gap) = self.forbidden(operation, resource) {
            return Err(gap);
        }
        let page = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(self.interrupted(operation, resource)),
            page = AssertUnwindSafe(stream.next()).catch_unwind() => page,
        };
        let page = page
            .map_err(|_| self.unreadable(operation, resource, Unreadable(UNASKABLE.to_owned())))?;
        page.transpose()
            .map_err(|error| self.failure(operation, resource, &error))
    }

    /// Reads all pages of a list. `read` gives the items of a page, `more` its token for the next.
    ///
    /// # Errors
    /// The gap that stands in the list's place, also where only its last page could not be read.
    pub(super) async fn list<Output, Failure, Item>(
        &self,
        operation: &'static Operation,
        resource: Option<&str>,
        mut stream: PaginationStream<Result<Output, SdkError<Failure>>>,
        more: impl Fn(&Output) -> Option<&str>,
        mut read: impl FnMut(&Output) -> Result<Vec<Item>, Unreadable>,
    ) -> Result<Vec<Item>, Gap>
    where
        Failure: ProvideErrorMetadata + Error + 'static,
    {
        let mut items = Vec::new();
        let mut pages = Pages::default();
        let endless = |endless| self.endless(operation, resource, endless);
        while let Some(page) = self.page(operation, resource, &mut stream).await? {
            let read = read(&page).map_err(|why| self.unreadable(operation, resource, why))?;
            pages.turn(more(&page), read.len()).map_err(endless)?;
            items.extend(read);
        }
        pages.end().map_err(endless)?;
        Ok(items)
    }

    /// Reads all pages of a list that the SDK has no pages for. `ask` asks for the page of a token, `read` gives its items
    /// and the token for the next.
    ///
    /// # Errors
    /// The gap that stands in the list's place, also where only its last page could not be read.
    pub(super) async fn pages<Output, Failure, Item, Sent>(
        &self,
        operation: &'static Operation,
        resource: Option<&str>,
        ask: impl Fn(Option<String>) -> Sent,
        read: impl Fn(&Output) -> Result<(Vec<Item>, Option<String>), Unreadable>,
    ) -> Result<Vec<Item>, Gap>
    where
        Sent: Future<Output = Result<Output, SdkError<Failure>>>,
        Failure: ProvideErrorMetadata + Error + 'static,
    {
        let (mut items, mut token) = (Vec::new(), None);
        let mut pages = Pages::default();
        loop {
            let page = self.call(operation, resource, ask(token), |page| read(&page));
            let (page, next) = page.await?;
            pages
                .turn(next.as_deref(), page.len())
                .map_err(|endless| self.endless(operation, resource, endless))?;
            items.extend(page);
            match next.filter(|token| !token.is_empty()) {
                None => return Ok(items),
                next => token = next,
            }
        }
    }

    /// The gap that stands in the place of a list that does not come to an end.
    pub(super) fn endless(
        &self,
        operation: &Operation,
        resource: Option<&str>,
        why: Endless,
    ) -> Gap {
        self.gap(operation, resource, GapKind::Malformed, why.to_string())
    }

    fn failure<Failure>(
        &self,
        operation: &'static Operation,
        resource: Option<&str>,
        error: &SdkError<Failure>,
    ) -> Gap
    where
        Failure: ProvideErrorMetadata + Error + 'static,
    {
        aws::gap(
            error,
            &aws::Call {
                operation,
                account: self.account,
                region: self.region,
                resource,
            },
        )
    }
}

/// Waits for all of these futures, so many at once, and gives what they give, in their order.
///
/// The futures are made before the first is waited for: a future that held the closure making them
/// could not change threads.
pub(super) fn together<Each: Future, List: IntoIterator<Item = Each>>(
    futures: List,
    at_once: usize,
) -> impl Future<Output = Vec<Each::Output>> + use<Each, List> {
    let futures: Vec<Each> = futures.into_iter().collect();
    stream::iter(futures).buffered(at_once).collect()
}

/// Turns "there is none" into an observation of nothing.
///
/// `codes` are AWS's error codes that say so. The HTTP status decides nothing: whoever answers for
/// an operation that it does not know says 404 as well.
pub(super) fn absent<T>(result: Result<T, Gap>, codes: &[&str]) -> Observed<Option<T>> {
    match result {
        Ok(value) => Observed::Known(Some(value)),
        Err(gap)
            if gap
                .code
                .as_deref()
                .is_some_and(|code| codes.contains(&code)) =>
        {
            Observed::Known(None)
        }
        Err(gap) => Observed::Missing(gap),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::operation;

    /// Runs something at a place where everything is planned.
    pub(in crate::collect) fn with_place<T>(run: impl FnOnce(&Place<'_>) -> T) -> T {
        run(&Place {
            partition: "aws",
            account: "111122223333",
            region: "eu-west-1",
            plan: &Plan::everything(),
            cancel: &CancellationToken::new(),
        })
    }

    #[test]
    fn only_the_error_code_says_that_there_is_none() {
        let with_code = |code: Option<&str>| {
            let mut gap = Gap::new(&operation::lambda::GET_POLICY, GapKind::Refused, "");
            gap.code = code.map(str::to_owned);
            absent::<String>(Err(gap), &["ResourceNotFoundException"])
        };
        assert_eq!(
            with_code(Some("ResourceNotFoundException")),
            Observed::Known(None)
        );
        assert!(with_code(Some("AccessDeniedException")).gap().is_some());
        assert!(with_code(None).gap().is_some());
    }

    #[test]
    fn what_is_not_planned_is_not_asked_for() {
        let cancel = CancellationToken::new();
        let place = Place {
            partition: "aws",
            account: "111122223333",
            region: "eu-west-1",
            plan: &Plan::new([&operation::lambda::GET_POLICY]),
            cancel: &cancel,
        };
        assert_eq!(place.forbidden(&operation::lambda::GET_POLICY, None), None);
        let gap = place
            .forbidden(&operation::kms::DESCRIBE_KEY, Some("key"))
            .unwrap();
        assert_eq!(gap.kind, GapKind::NotPlanned);
        assert_eq!(gap.resource.as_deref(), Some("key"));
        cancel.cancel();
        let gap = place
            .forbidden(&operation::lambda::GET_POLICY, None)
            .unwrap();
        assert_eq!(gap.kind, GapKind::Interrupted);
    }
}
