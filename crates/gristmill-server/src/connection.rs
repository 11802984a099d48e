//! One connection, from its first request to its last.

use crate::limits::Limits;
use crate::wire::{Turn, Wire};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, header};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt;

/// Serves one connection until it ends, or until the request at hand is answered once the service is to stop.
pub(crate) async fn serve(
    stream: TcpStream,
    router: Router,
    limits: Arc<Limits>,
    mut stop: watch::Receiver<bool>,
) {
    // A small answer is not to wait for the client's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let turn = Arc::new(Turn::default());
    let wire = Wire::new(stream, Arc::clone(&turn), &limits);
    let service = service_fn(move |request: Request<Incoming>| {
        turn.begin();
        let ending = Ending(Arc::clone(&turn));
        let router = router.clone();
        async move {
            let last = ending.0.is_last();
            let mut response = match router.oneshot(request.map(Body::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if last {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| Answer { body, _ending: ending }))
        }
    });
    // Times are kept by the wire: the library's own for heads would run while a connection is idle, too.
    let mut connection = http1::Builder::new().header_read_timeout(None).serve_connection(wire, service);
    let ended = tokio::select! {
        ended = Pin::new(&mut connection) => Some(ended),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    if ended.is_none() {
        Pin::new(&mut connection).graceful_shutdown();
        // What ends a connection early is the client's affair.
        let _ = Pin::new(&mut connection).await;
    }
    connection.into_parts().io.close().await;
}

/// Ends a turn when it is dropped.
#[derive(Debug)]
struct Ending(Arc<Turn>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The body of an answer, with the end of which the next request may begin.
#[derive(Debug)]
struct Answer {
    body: Body,
    _ending: Ending,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
