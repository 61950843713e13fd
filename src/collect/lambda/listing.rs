//! The list of functions, page by page.

use std::collections::BTreeSet;

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::list_functions::{ListFunctionsError, ListFunctionsOutput};
use aws_smithy_async::future::pagination_stream::PaginationStream;

use super::Lambda;
use super::function::Listed;
use crate::aws::Pages;
use crate::collect::text::{Unreadable, listed};
use crate::inventory::{Gap, GapKind};
use crate::operation::{self, Operation};

const OPERATION: &Operation = &operation::lambda::LIST_FUNCTIONS;

/// The most that AWS puts on a page, whatever it is asked for.
const PAGE: i32 = 50;

/// One page of functions.
pub(in crate::collect) struct Page {
    pub(in crate::collect) functions: Vec<Listed>,
    /// Set when an entry could not even be named.
    pub(in crate::collect) unreadable: Option<Gap>,
}

/// The list being read. Dropping the future of [`next`](Self::next) loses nothing.
pub(in crate::collect) struct Listing<'a> {
    lambda: &'a Lambda<'a>,
    pages: PaginationStream<Result<ListFunctionsOutput, SdkError<ListFunctionsError>>>,
    seen: BTreeSet<String>,
    turned: Pages,
    ended: bool,
}

impl<'a> Listing<'a> {
    /// Begins; nothing is asked before the first page is wanted.
    pub(in crate::collect) fn new(lambda: &'a Lambda<'a>) -> Self {
        let pages = lambda
            .client
            .list_functions()
            .max_items(PAGE)
            .into_paginator()
            .send();
        Self {
            lambda,
            pages,
            seen: BTreeSet::new(),
            turned: Pages::default(),
            ended: false,
        }
    }

    /// The next page; nothing after the last one or after a failure.
    ///
    /// # Errors
    /// The gap that stands in the place of all further pages.
    pub(in crate::collect) async fn next(&mut self) -> Option<Result<Page, Gap>> {
        if self.ended {
            return None;
        }
        let place = self.lambda.place;
        let page = match place.page(OPERATION, None, &mut self.pages).await {
            Ok(Some(page)) => self.read(&page),
            Ok(None) => match self.turned.end() {
                Err(endless) => Err(place.endless(OPERATION, None, endless)),
                Ok(()) => {
                    self.ended = true;
                    return None;
                }
            },
            Err(gap) => Err(gap),
        };
        self.ended = page.is_err();
        Some(page)
    }

    fn malformed(&self, why: Unreadable) -> Gap {
        self.lambda
            .place
            .gap(OPERATION, None, GapKind::Malformed, why.0)
    }

    fn read(&mut self, page: &ListFunctionsOutput) -> Result<Page, Gap> {
        let entries = listed(page.functions.as_ref(), "Functions");
        let entries = entries.map_err(|why| self.malformed(why))?;
        self.turned
            .turn(page.next_marker(), entries.len())
            .map_err(|endless| self.lambda.place.endless(OPERATION, None, endless))?;
        let mut functions = Vec::with_capacity(entries.len());
        let mut unreadable = None;
        for entry in entries {
            match self.lambda.listed(entry) {
                // A function may come twice where others are deleted while the list is read.
                Ok(function) if self.seen.insert(function.arn.clone()) => functions.push(function),
                Ok(_) => {}
                Err(why) => unreadable = Some(self.malformed(why)),
            }
        }
        Ok(Page {
            functions,
            unreadable,
        })
    }
}
