//! What happens to every request and response.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use super::{error, form, metrics};

/// Time until a response's head, the reading of the request included. Event streams and downloads run on after it.
#[derive(Clone, Copy, Debug)]
struct Patience {
    plain: Duration,
    /// Where the request carries pictures, which come over slow lines, too.
    form: Duration,
}

const PATIENCE: Patience = Patience { plain: Duration::from_secs(30), form: Duration::from_secs(600) };

/// Scripts, styles and everything else come from this server only. `wasm-unsafe-eval` allows compiling WebAssembly
/// and nothing more; images may be made by the page itself.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     worker-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Headers of every response.
const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The router with all layers around it.
pub fn wrap(router: Router) -> Router {
    wrap_with(router, PATIENCE)
}

fn wrap_with(mut router: Router, patience: Patience) -> Router {
    // Last is outermost, and all are inside the router, so that the matched route is known. Headers and counter are outside
    // of what answers in a handler's place.
    router = router
        .layer(middleware::from_fn_with_state(patience, in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::map_response(error::dress))
        .layer(middleware::from_fn(metrics::count));
    for (name, value) in HEADERS {
        let header = HeaderName::from_static(name);
        router = router.layer(SetResponseHeaderLayer::if_not_present(header, HeaderValue::from_static(value)));
    }
    // Artifacts are compressed already, and a compressed range would be another range.
    let compressed = DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"));
    router
        .layer(CompressionLayer::new().br(true).gzip(true).compress_when(compressed))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

async fn in_time(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    let time = if form::is_form(request.headers()) { patience.form } else { patience.plain };
    let answer = tokio::time::timeout(time, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

fn span(request: &Request) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("http", method = %request.method(), path = request.uri().path(), id)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = text, "a handler panicked");
    let detail = "The server failed; its log says why.".to_owned();
    let mut response = error::problem(StatusCode::INTERNAL_SERVER_ERROR, detail, Vec::new());
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::{body::Body, routing::post};
    use tower::ServiceExt as _;

    use super::*;

    /// How long a request of that type may wait, and how it is answered then.
    async fn waits(content_type: &str, patience: Patience) -> (Duration, Response) {
        let never = || async {
            std::future::pending::<()>().await;
            StatusCode::OK
        };
        let router = wrap_with(Router::new().route("/", post(never)), patience);
        let request = Request::post("/").header(header::CONTENT_TYPE, content_type).body(Body::empty()).unwrap();
        let start = Instant::now();
        let response = router.oneshot(request).await.unwrap();
        (start.elapsed(), response)
    }

    #[tokio::test]
    async fn answers_in_a_handlers_place_have_all_headers_and_are_counted() {
        let patience = Patience { plain: Duration::from_millis(20), form: PATIENCE.form };
        let never = || async { std::future::pending::<()>().await };
        async fn panics() -> StatusCode {
            panic!("as it must not")
        }
        let routes = Router::new().route("/never-answers", post(never)).route("/panics", post(panics));
        let router = wrap_with(routes, patience);
        for (path, status) in
            [("/never-answers", StatusCode::REQUEST_TIMEOUT), ("/panics", StatusCode::INTERNAL_SERVER_ERROR)]
        {
            let response = router.clone().oneshot(Request::post(path).body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), status);
            for (name, value) in HEADERS {
                assert_eq!(response.headers()[name], value, "{path}");
            }
            let labels = format!("route=\"{path}\",status=\"{}\"", status.as_u16());
            assert!(metrics::recorder().render().contains(&labels), "{path}");
        }
    }

    #[tokio::test]
    async fn a_request_is_given_up_in_time_and_a_form_has_longer() {
        let patience = Patience { plain: Duration::from_millis(20), form: Duration::from_millis(400) };
        for (content_type, least) in
            [("application/json", patience.plain), ("multipart/form-data; boundary=b", patience.form)]
        {
            let (waited, response) = waits(content_type, patience).await;
            assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT, "{content_type}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
            assert!(waited >= least && waited < least + Duration::from_secs(20), "{content_type}: {waited:?}");
        }
        let (waited, _) = waits("text/plain", Patience { form: Duration::from_secs(60), ..patience }).await;
        assert!(waited < Duration::from_secs(30), "only forms have as long as forms");
    }
}
