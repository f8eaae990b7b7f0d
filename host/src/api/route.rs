//! A route: its address, who may use it, what it is for, and the handler from whose signature the rest follows.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::Value;

use super::Api;
use super::answer::Answer;
use super::call::{Call, Part};
use super::document::{Describe, Document};
use super::problem::{Code, Problem};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody: nothing about people, and nothing that changes anything.
    Open,
    /// Whoever has a token.
    Viewer,
    /// Whoever has a token with the role operator.
    Operator,
    /// Also the command line, with the secret of the data folder.
    Control,
}

pub struct Route {
    pub method: Method,
    /// Below `/api/v1`.
    pub path: &'static str,
    /// The `operationId` of the description.
    pub id: &'static str,
    pub tag: &'static str,
    pub summary: &'static str,
    pub access: Access,
    /// Refusals beside those that follow from the types.
    pub also: &'static [Code],
    describe: fn(&mut Document, &Describe<'_>) -> Value,
    pub handler: MethodRouter<Api>,
}

impl Route {
    /// The same for somebody else.
    pub fn open_to(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The same with further refusals in its description.
    pub fn also(self, codes: &'static [Code]) -> Self {
        Self { also: codes, ..self }
    }

    pub fn describe(&self, document: &mut Document) -> Value {
        let what = Describe {
            id: self.id,
            tag: self.tag,
            summary: self.summary,
            access: self.access,
            is_write: self.method != Method::GET,
            also: self.also,
        };
        (self.describe)(document, &what)
    }
}

/// Something to read, for everybody with a token.
pub fn get<P, Q, R, H, F>(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    handler: H,
) -> Route
where
    P: Part,
    Q: Part,
    R: Answer + 'static,
    H: Fn(Call<P, Q>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<R, Problem>> + Send + 'static,
{
    Route { access: Access::Viewer, ..route(Method::GET, path, id, tag, summary, handler) }
}

/// Something that changes something, for operators.
pub fn post<P, B, R, H, F>(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    handler: H,
) -> Route
where
    P: Part,
    B: Part,
    R: Answer + 'static,
    H: Fn(Call<P, super::call::Nothing, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<R, Problem>> + Send + 'static,
{
    Route { access: Access::Operator, ..route(Method::POST, path, id, tag, summary, handler) }
}

fn route<P, Q, B, R, H, F>(
    method: Method,
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    handler: H,
) -> Route
where
    P: Part,
    Q: Part,
    B: Part,
    R: Answer + 'static,
    H: Fn(Call<P, Q, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<R, Problem>> + Send + 'static,
{
    let filter = if method == Method::GET { MethodFilter::GET } else { MethodFilter::POST };
    let handler = move |State(api): State<Api>, request: Request| {
        let handler = handler.clone();
        async move {
            match Call::<P, Q, B>::read(api, request).await {
                Ok(call) => match handler(call).await {
                    Ok(answer) => answer.into_response(),
                    Err(problem) => problem.into_response(),
                },
                Err(problem) => problem.into_response(),
            }
        }
    };
    Route {
        method,
        path,
        id,
        tag,
        summary,
        access: Access::Operator,
        also: &[],
        describe: |document, what| document.operation::<P, Q, B, R>(what),
        handler: on(filter, move |state: State<Api>, request: Request| -> _ {
            let answered = handler(state, request);
            async move {
                let response: Response = answered.await;
                response
            }
        }),
    }
}
