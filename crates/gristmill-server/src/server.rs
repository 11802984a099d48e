//! The listener, the connections, the end.

use crate::routes::router;
use crate::service::Service;
use crate::settings::Settings;
use crate::token::Authority;
use axum::Router;
use gristmill::Store;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A service that listens, and is not run yet.
#[derive(Debug)]
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    service: Arc<Service>,
    handle: Handle,
}

/// Tells a [`Server`] to end, from any thread.
#[derive(Clone, Debug)]
pub struct Handle(Arc<watch::Sender<bool>>);

impl Handle {
    /// Lets the service end: it takes no new connections, finishes what is under way, and closes the store.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Why a service cannot run, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The address can be reached from other machines, and no token was ever created: anybody would be answered.
    #[error(
        "refusing to listen on {address}: no token was ever created, so that everybody who reaches it could read and write; \
         create one with `gristmill token create`, or listen on a loopback address"
    )]
    Exposed {
        /// The address.
        address: SocketAddr,
    },
    /// The threads of the service cannot be started.
    #[error("cannot start the threads of the service: {0}")]
    Threads(#[source] io::Error),
    /// The store cannot be opened or closed.
    #[error(transparent)]
    Store(#[from] gristmill::Error),
    /// The thread that opens or closes the store has panicked.
    #[error("a thread of the service has failed")]
    Panicked,
}

/// How long no connection is accepted after one could not be: the process may be out of open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

impl Server {
    /// Listens. What a client may do, `authority` says; clients are told to wait until the store is open.
    ///
    /// # Errors
    /// [`ServeError::Listen`], [`ServeError::Exposed`], [`ServeError::Threads`].
    pub fn bind(settings: Settings, authority: Authority) -> Result<Self, ServeError> {
        let address = settings.listen;
        if !address.ip().is_loopback() && authority.is_open() {
            return Err(ServeError::Exposed { address });
        }
        let limits = settings.limits;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("gristmill-http")
            // One for each fetch and each append that is worked on, and one to open and close the store.
            .max_blocking_threads(limits.fetches + limits.appends + 1)
            .build()
            .map_err(ServeError::Threads)?;
        let refused = |source| ServeError::Listen { address, source };
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let handle = Handle(Arc::new(watch::Sender::new(false)));
        Ok(Self { runtime, listener, address, service: Arc::new(Service::new(limits, authority)), handle })
    }

    /// Where it listens: the port that was found where port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What tells it to end.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Opens the store, answers until it is told to end by its [`Handle`], and closes the store.
    ///
    /// # Errors
    /// The store cannot be opened, or not be closed.
    pub fn run(
        self,
        open: impl FnOnce() -> Result<Store, gristmill::Error> + Send + 'static,
    ) -> Result<(), ServeError> {
        let Self { runtime, listener, service, handle, .. } = self;
        let drain_time = service.limits.drain_time;
        let connections = runtime.spawn(accept(listener, Arc::clone(&service), handle.0.subscribe()));
        let result = runtime.block_on(async {
            let store = tokio::task::spawn_blocking(open).await.map_err(|_| ServeError::Panicked)??;
            service.opened(store.clone());
            let _ = handle.0.subscribe().wait_for(|stop| *stop).await;
            service.end();
            // What takes longer is dropped with the runtime.
            let _ = timeout(drain_time, connections).await;
            let closed = tokio::task::spawn_blocking(|| store.close());
            Ok(closed.await.map_err(|_| ServeError::Panicked)??)
        });
        runtime.shutdown_background();
        result
    }
}

/// Accepts connections until it is told to stop, and ends when all of them have.
async fn accept(listener: TcpListener, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let router = router(service);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, router.clone(), stop.clone()));
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Serves one connection until it ends, or until the request at hand is answered once the service is to stop.
async fn serve(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    // A small answer is not to wait for the client's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::select! {
        // What ends a connection early is the client's affair.
        _ = Pin::new(&mut connection) => return,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    Pin::new(&mut connection).graceful_shutdown();
    let _ = connection.await;
}
