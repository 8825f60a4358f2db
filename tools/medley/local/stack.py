"""The local stack as an object: start it, use its services, stop it.

with LocalStack(LocalSettings()) as stack:
    print(stack.urls["event-images"])
    stack.client("s3").list_buckets()
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from medley.deploy.errors import StackError, ToolError
from medley.deploy.services import Service, find_services, port_offset, select
from medley.local.clients import make_client
from medley.local.environment import ministack_environment
from medley.local.http import answers, status_of, wait_until
from medley.local.layout import Layout
from medley.local.ports import HOST, PortBusyError, free_port, is_free
from medley.local.processes import Child, identity
from medley.local.records import ProcessRecord, RunRecord, clean_up, only_one
from medley.local.rollout import Deployed, Rollout
from medley.paths import SERVICES
from medley.settings import LocalSettings

STAGE = "local"
READY = "/_ministack/ready"
Progress = Callable[[str], None]


class LocalStack:
    """An embedded AWS with services deployed to it; a context manager that stops all of it.

    Args:
        settings: ports, state folder and the like; from the environment without it.
        services: slugs of the services to start; all without it.
        keep: keep the state of AWS over a stop, and start with what was kept.
        environment: per service, variables that override its configuration for this run only.
        configure: also write the services' ``.chalice/`` for plain ``chalice local``.
        services_root: the folder that holds the services.
        progress: is told, from several threads, what goes on.
    """

    def __init__(
        self,
        settings: LocalSettings | None = None,
        services: Sequence[str] | None = None,
        *,
        keep: bool = False,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        configure: bool = False,
        services_root: Path = SERVICES,
        progress: Progress | None = None,
    ) -> None:
        self.settings = settings or LocalSettings()
        self.keep = keep
        self.layout = Layout(self.settings.state_dir.resolve())
        known = find_services(services_root)
        self.services = select(known, services)
        self._offsets = {service.slug: port_offset(known, service.slug) for service in known}
        self._environment = environment or {}
        if unknown := set(self._environment) - set(self._offsets):
            raise ToolError(f"No service {unknown.pop()!r} whose environment could be overridden.")
        self._configure = configure
        self._progress = progress or (lambda _: None)
        self._children: list[Child] = []
        self._deployed: dict[str, Deployed] = {}
        self._clients: dict[str, Any] = {}
        self._held = ExitStack()
        self._record: RunRecord | None = None
        self._lock = threading.RLock()
        self._stopping = False
        self._made: dict[str, threading.Event] = {}
        self.endpoint_url = ""

    # --- what is there ---------------------------------------------------------------------

    @property
    def urls(self) -> dict[str, str]:
        """Where each service's routes answer, by slug; each ends in a slash."""
        return {slug: deployed.url for slug, deployed in self._deployed.items()}

    @property
    def logs_dir(self) -> Path:
        """The folder of this run's logs."""
        return self.layout.logs

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded AWS, made once."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = make_client(service, self.endpoint_url, self.settings)
            return self._clients[service]

    def outputs(self, slug: str) -> dict[str, str]:
        """What a service's CloudFormation stack puts out."""
        return dict(self._deployed[slug].outputs)

    def function_name(self, slug: str, name: str) -> str:
        """The Lambda function of the handler ``name``."""
        return self._service(slug).function_name(STAGE, name)

    def environment(self, slug: str, function: str | None = None) -> dict[str, str]:
        """The variables that a service's routes, or one of its functions, run with."""
        return self._deployed[slug].environment(function)

    def failed_child(self) -> Child | None:
        """A part that has ended though nobody stopped it."""
        return next((child for child in self._children if not child.running), None)

    # --- start and stop --------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything and wait until it answers; stop what was started when that fails.

        Raises:
            PortBusyError: a port is taken. ToolError: anything else that a developer can act on.
        """
        self._stopping = False
        self._held.enter_context(only_one(self.layout.lock, self.layout.run))
        try:
            if clean_up(self.layout.run):
                self._progress("ended what an earlier run left behind")
            ports = self._choose_ports()
            self.layout.prepare(keep=self.keep, port=ports[""])
            self._start_aws(ports[""])
            self._made = {service.slug: threading.Event() for service in self.services}
            with ThreadPoolExecutor(max_workers=len(self.services)) as pool:
                try:
                    list(pool.map(lambda service: self._roll_out(service, ports), self.services))
                except BaseException:
                    # The pool waits for its threads, and they for children: none is needed now.
                    self.stop()
                    raise
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything that was started; a second call does nothing."""
        with self._lock:
            self._stopping = True
            children, self._children = self._children, []
        for child in children[1:]:
            child.ask_to_stop()
        # The embedded AWS was the first, and comes last: the others may still need it.
        for child in reversed(children):
            child.stop()
        self._deployed.clear()
        self._clients.clear()
        if self._record is not None:
            self.layout.run.unlink(missing_ok=True)
            self._record = None
        self._held.close()

    def _choose_ports(self) -> dict[str, int]:
        """A port per slug, and AWS's under the empty name."""
        kept = self.layout.kept_port() if self.keep else None
        ports = {"": self.settings.aws_port or kept or free_port()}
        if kept and kept != ports[""]:
            raise ToolError(
                f"What was kept belongs to port {kept}, as the queues' addresses do. "
                f"Set MEDLEY_AWS_PORT to {kept}, or start without --keep."
            )
        if not is_free(ports[""]):
            raise PortBusyError(ports[""], "the embedded AWS", "MEDLEY_AWS_PORT")
        for service in self.services:
            base = self.settings.base_port
            port = base + self._offsets[service.slug] if base else free_port()
            if not is_free(port):
                raise PortBusyError(port, service.slug, "MEDLEY_BASE_PORT")
            ports[service.slug] = port
        return ports

    def _start_aws(self, port: int) -> None:
        self._progress("starting the embedded AWS")
        self.endpoint_url = f"http://{HOST}:{port}"
        child = self.spawn(
            "ministack",
            "medley.local.ministack",
            [str(self.settings.workers), str(self.layout.function_logs)],
            environment=ministack_environment(self.settings, self.layout, port, keep=self.keep),
            folder=self.layout.temporary,
            url=self.endpoint_url,
            health=READY,
        )
        ready = f"{self.endpoint_url}{READY}"
        self.wait_for(child, lambda: status_of(ready) == 200)

    def _roll_out(self, service: Service, ports: Mapping[str, int]) -> None:
        rollout = Rollout(self, service, STAGE, ports[service.slug])
        overrides = self._environment.get(service.slug, {})
        present = [slug for slug in service.needs if slug in self._made]
        for slug in present:
            self._made[slug].wait(self.settings.start_timeout)
        self._progress(f"{service.slug}: making its resources")
        try:
            deployed = rollout.make_resources(
                overrides, configure_too=self._configure, absent=set(service.needs) - set(present)
            )
        finally:
            self._made[service.slug].set()
        self._progress(f"{service.slug}: deploying its functions, starting its routes")
        routes = rollout.start_routes()
        rollout.deploy_functions()
        self.wait_for(routes, lambda: answers(f"{deployed.url}health"))
        with self._lock:
            self._deployed[service.slug] = deployed
        self._progress(f"{service.slug}: ready")

    # --- for the parts of a roll-out ---------------------------------------------------------

    def spawn(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        url: str | None = None,
        health: str = "/",
    ) -> Child:
        """Start a child that this stack will stop, and write down that it is ours."""
        log = self.layout.log(name)
        with self._lock:
            if self._stopping:
                raise StackError("The local stack is being stopped.")
            child = Child(name, module, arguments, environment=environment, folder=folder, log=log)
            self._children.append(child)
            record = self._record or RunRecord(
                pid=os.getpid(),
                identity=identity(os.getpid()) or "",
                started_at=datetime.now(UTC),
                endpoint_url=self.endpoint_url,
                region=self.settings.region,
                keep=self.keep,
            )
            made = ProcessRecord(
                name=name, pid=child.pid, identity=child.identity, url=url, health=health
            )
            record.processes.append(made)
            record.save(self.layout.run)
            self._record = record
        return child

    def finished(self, child: Child) -> None:
        """Take a child off the books that has done its work."""
        with self._lock:
            child.stop()
            if child in self._children and self._record is not None:
                self._children.remove(child)
                self._record.forget(child.pid)
                self._record.save(self.layout.run)

    def wait_for(self, child: Child, ready: Callable[[], bool]) -> None:
        """Wait until a child is ready.

        Raises:
            StackError: it ended, or was not ready in time; with its last lines.
        """
        if not wait_until(ready, lambda: child.running, self.settings.start_timeout):
            what = "is not ready" if child.running else "has ended"
            raise StackError(child.explain(what))

    def _service(self, slug: str) -> Service:
        for service in self.services:
            if service.slug == slug:
                return service
        raise ToolError(f"The service {slug!r} is not part of this stack.")
