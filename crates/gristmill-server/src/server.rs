//! The listener, the connections, the end.

use crate::connection::serve;
use crate::layers::layered;
use crate::limits::Limits;
use crate::log::Log;
use crate::routes::router;
use crate::service::Service;
use crate::settings::Settings;
use crate::token::Authority;
use axum::Router;
use axum::http::HeaderValue;
use gristmill::Store;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A service that listens, and is not run yet.
#[derive(Debug)]
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    service: Arc<Service>,
    cors: Vec<HeaderValue>,
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

/// How long the end waits for what was dropped to notice it, and then for whoever reads the log.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Server {
    /// Listens. What a client may do, `authority` says; clients are told to wait until the store is open.
    ///
    /// # Errors
    /// [`ServeError::Listen`], [`ServeError::Exposed`], [`ServeError::Threads`].
    pub fn bind(settings: Settings, authority: Authority) -> Result<Self, ServeError> {
        Self::bind_and_log(settings, authority, Box::new(io::stderr()))
    }

    /// As [`Server::bind`], with the log elsewhere than on stderr.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub fn bind_and_log(
        settings: Settings,
        authority: Authority,
        log: Box<dyn io::Write + Send>,
    ) -> Result<Self, ServeError> {
        let address = settings.listen;
        if !address.ip().is_loopback() && authority.is_open() {
            return Err(ServeError::Exposed { address });
        }
        let limits = settings.limits;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("gristmill-http")
            // One for each fetch and each append that is worked on, one for a deletion, and one to open and close the store.
            .max_blocking_threads(limits.fetches + limits.appends + 2)
            .build()
            .map_err(ServeError::Threads)?;
        let refused = |source| ServeError::Listen { address, source };
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let handle = Handle(Arc::new(watch::Sender::new(false)));
        let mut service = Service::new(limits, authority);
        service.log = Log::to(log).map_err(ServeError::Threads)?;
        Ok(Self { runtime, listener, address, service: Arc::new(service), cors: settings.cors, handle })
    }

    /// Where it listens: the port that was found where port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What tells it to end.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The log of the service, for what others have to say in it. It ends with the service.
    pub fn log(&self) -> Log {
        self.service.log.clone()
    }

    /// Opens the store, answers until it is told to end by its [`Handle`], and closes the store.
    ///
    /// # Errors
    /// The store cannot be opened, or not be closed.
    pub fn run(
        self,
        open: impl FnOnce() -> Result<Store, gristmill::Error> + Send + 'static,
    ) -> Result<(), ServeError> {
        let Self { runtime, listener, service, handle, cors, .. } = self;
        let (drain_time, log) = (service.limits.drain_time, service.log.clone());
        let router = layered(router(Arc::clone(&service)), &service, &cors);
        let limits = Arc::new(service.limits.clone());
        let connections = runtime.spawn(accept(listener, router, limits, handle.0.subscribe()));
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
        // What was dropped is told, too.
        runtime.shutdown_timeout(LAST_WORDS);
        log.close(LAST_WORDS);
        result
    }
}

/// Accepts connections until it is told to stop, and ends when all of them have.
async fn accept(listener: TcpListener, router: Router, limits: Arc<Limits>, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            Some(_) = connections.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let served = serve(stream, router.clone(), Arc::clone(&limits), stop.clone());
                connections.spawn(async move {
                    let _place = place;
                    served.await;
                });
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
