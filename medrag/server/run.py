"""``medrag serve``: the port first, then the model, then the service, and all of it down again in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
import uvloop
from fastapi import FastAPI

from medrag import __version__, tracing
from medrag.errors import ConfigurationError
from medrag.local import running_engine
from medrag.patient import hear
from medrag.server.app import Options, create_app
from medrag.server.fhir_server import listed
from medrag.server.guard.access import Limits, read_keys
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import read_clients
from medrag.server.guard.slow_clients import Impatient
from medrag.server.routes.smart.ehrs import read_ehrs
from medrag.settings import Settings

DRAIN_S = 30
ALLOCATIONS_A_COLLECTION = 100_000
"""Once it serves: few enough that a collection holds no answer up for long."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM; answers under way get ``DRAIN_S`` seconds, a second signal cuts them off.

    Raises:
        ConfigurationError: the address cannot be listened on, or would be open to everybody unasked.
        StoreError, KnowledgeError, ModelError: the engine cannot be started.
    """
    _require_certificate(settings)
    _require_keys(settings)
    _require_address(settings)
    if settings.otlp_endpoint:
        tracing.export(settings.otlp_endpoint, __version__)
    listener = listen(settings.host, settings.port)
    with contextlib.closing(listener), contextlib.suppress(asyncio.CancelledError):
        uvloop.run(_serve(settings, listener))
    say("stopped")


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to ``host:port``, which refuses connections until the service is ready.

    Raises:
        ConfigurationError: the port is in use, or the host is not this machine's.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); choose another with --host or --port"
        ) from None
    return listener


def say(line: str) -> None:
    """A line of progress, on stderr."""
    print(line, file=sys.stderr, flush=True)


class _Server(uvicorn.Server):
    """Leaves the signals to :class:`_Stop`, which must hold them before and after uvicorn runs too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class _Stop:
    """What a signal does: end uvicorn while it serves, else cancel whatever is being started or stopped."""

    task: asyncio.Task[None] | None
    server: _Server | None = None

    def signalled(self) -> None:
        """Called for each SIGINT and SIGTERM."""
        if self.server is None:
            if self.task:
                self.task.cancel()
        elif self.server.should_exit:
            self.server.force_exit = True
        else:
            self.server.should_exit = True


async def _serve(settings: Settings, listener: socket.socket) -> None:
    stop = _Stop(asyncio.current_task())
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.signalled)
    with Trail.open(settings.database) as trail:
        options = _options(settings, trail)
        async with running_engine(settings, say) as engine:
            await asyncio.to_thread(hear, None, "loads the note reader before the first request needs it")
            gc.freeze()
            gc.set_threshold(ALLOCATIONS_A_COLLECTION)
            app = create_app(engine, options, trail)
            server = _Server(_uvicorn(app, settings))
            stop.server = server
            host, port = listener.getsockname()[:2]
            scheme = "https" if settings.tls_cert else "http"
            say(f"medrag serves {scheme}://{host}:{port}/v1 (Ctrl-C stops it)")
            await server.serve(sockets=[listener])
            stop.server = None


def _options(settings: Settings, trail: Trail) -> Options:
    return Options(
        keys=read_keys(settings.keys) if settings.keys else None,
        limits=Limits(settings.key_per_minute, settings.key_at_once),
        max_body_bytes=settings.max_body_bytes,
        timeout_s=settings.timeout_s,
        at_once=settings.at_once,
        release=settings.release,
        cors_origins=settings.cors_origins,
        cds_clients=read_clients(settings.cds_clients, trail.database) if settings.cds_clients else None,
        fhir_servers=listed(settings.fhir_servers),
        pharmcat_jar=settings.pharmcat_jar,
        public_url=settings.public_url,
        docs=settings.docs,
        language=settings.language,
        ehrs=read_ehrs(settings.smart) if settings.smart else {},
    )


def _uvicorn(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Impatient,
        lifespan="off",
        access_log=False,  # addresses may hold what nobody should log; /metrics counts
        timeout_graceful_shutdown=DRAIN_S,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


def _require_keys(settings: Settings) -> None:
    """Refuses to open the service to a network by an oversight."""
    if settings.keys is None and not settings.without_keys and not is_loopback(settings.host):
        raise ConfigurationError(
            f"everybody who reaches {settings.host} could use this service: set `keys` to a key file "
            "(docs/deployment.md), or say `--without-keys` if that is meant"
        )


def _require_address(settings: Settings) -> None:
    """A record system sends users back to one registered address, which a socket's need not be."""
    if settings.smart and settings.public_url is None and not is_loopback(settings.host):
        raise ConfigurationError("smart needs `public_url`: the address that record systems send users back to")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_certificate(settings: Settings) -> None:
    """Looks at the certificate before the model starts, which takes a minute."""
    if settings.tls_cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:
        raise ConfigurationError(
            f"tls_cert {settings.tls_cert} and its key cannot be used ({error.strerror or error}); both are PEM files"
        ) from None
